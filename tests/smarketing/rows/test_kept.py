"""What a process keeps for seconds: read once, apart for each argument, anew after its time or when it is forgotten."""

from smarketing.rows import kept


def test_it_is_read_once_for_each_argument_and_again_after_its_time(monkeypatch):
    now, asked = [10.0], []
    monkeypatch.setattr(kept, "monotonic", lambda: now[0])
    words = kept.Kept(lambda language: asked.append(language) or len(asked), seconds=5)
    assert [words("en"), words("fr"), words("en"), words("fr")] == [1, 2, 1, 2]
    now[0] = 15.0
    assert words("en") == 1
    now[0] = 15.1
    assert words("en") == 3 and asked == ["en", "fr", "en"]


def test_what_is_forgotten_is_read_at_the_next_question():
    asked = []
    words = kept.Kept(lambda: asked.append(1) or len(asked), seconds=1000)
    assert words() == 1 and words() == 1
    words.forget()
    assert words() == 2
    kept.forget_all()
    assert words() == 3


def test_one_piece_of_work_reads_once_for_each_argument_and_another_reads_again():
    asked = []
    words = kept.once(lambda language: asked.append(language) or len(asked))
    assert [words("en"), words("en")] == [1, 2]  # nobody works
    with kept.together():
        assert [words("en"), words("fr"), words("en"), words("fr")] == [3, 4, 3, 4]
        with kept.together():
            assert words("en") == 5
        assert words("en") == 3
    with kept.together():
        assert words("en") == 6
    assert words("en") == 7
