from user_hardware.recording.gaps import SequenceGaps


def test_missing_numbers_count_as_lost_per_topic_and_publisher():
    gaps = SequenceGaps()
    assert [gaps.note("pose", publisher=b"a", sequence=number) for number in (5, 6, 9, 10)] == [0, 0, 2, 0]
    assert gaps.note("pose", publisher=b"b", sequence=100) == 0
    assert gaps.note("image", publisher=b"a", sequence=1) == 0
    assert gaps.lost == {"pose": 2, "image": 0}


def test_publisher_that_begins_anew_and_middleware_without_numbers_lose_nothing():
    gaps = SequenceGaps()
    assert [gaps.note("pose", publisher=b"a", sequence=number) for number in (7, 1, 2, None, 3)] == [0] * 5
