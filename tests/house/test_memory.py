"""The tests' database in memory: where there is plenty, in a folder of its own, and nothing is left of trees that are gone."""

import pytest

from tests import memory


@pytest.fixture
def shared(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "SHARED", tmp_path / "shm")
    (tmp_path / "shm").mkdir()
    return tmp_path / "shm"


def test_with_plenty_of_memory_the_data_lies_there_and_what_was_kept_is_found_again(shared, tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_plenty", lambda: True)
    ground = tmp_path / "ground"
    (ground / "postgres").mkdir(parents=True)  # made on disk by an earlier run
    memory.prepare(ground)
    (ground / "postgres" / "PG_VERSION").write_text("18")
    monkeypatch.setattr(memory, "_plenty", lambda: False)  # by now somebody else uses it: what is there stays
    memory.prepare(ground)
    assert (ground / "postgres").is_symlink() and (ground / "postgres" / "PG_VERSION").read_text() == "18"


def test_short_of_memory_it_stays_on_disk_and_a_link_into_nothing_goes(shared, tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_plenty", lambda: False)
    ground = tmp_path / "ground"
    ground.mkdir()
    (ground / "postgres").symlink_to(shared / "gone")
    memory.prepare(ground)
    assert not (ground / "postgres").is_symlink() and list(shared.iterdir()) == []


def test_what_a_tree_left_goes_with_it_but_not_that_of_a_tree_that_is_there(shared, tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_plenty", lambda: True)
    grounds = [tmp_path / "gone", tmp_path / "there"]
    for ground in grounds:
        ground.mkdir()
        memory.prepare(ground)
    (grounds[0] / "postgres").unlink()
    grounds[0].rmdir()
    memory.prepare(grounds[1])
    assert [(kept / memory.MARK).read_text() for kept in shared.iterdir()] == [str(grounds[1])]


def test_where_there_is_no_such_folder_nothing_is_plenty(shared, monkeypatch):
    monkeypatch.setattr(memory, "SHARED", shared / "none")
    assert not memory._plenty()
