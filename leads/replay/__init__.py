"""What a definition would have done: the first yes of every lead and cycle, had its body always been in force.

`columns` keeps what is known of all leads as arrays in the data folder; `walk` judges them at every moment that may begin a
yes; `became` says what really became of those leads; `months` counts; `runs` does it in the background.
"""
