"""What comes into the list as a file: its columns matched with ours, its rows tried against what is there."""
