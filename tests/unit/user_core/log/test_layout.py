from user_core.log.definition import MessageDefinition
from user_core.log.layout import layout_differences

SEPARATOR = "=" * 80
MOVE = f"""# A move.
uint8 FAST=1
std_msgs/msg/Header header
float32 speed_m_s 1.0  # metres per second
string<=8 name
{SEPARATOR}
MSG: std_msgs/Header
builtin_interfaces/Time stamp
"""


def move(text=MOVE, type_hash=""):
    return MessageDefinition(type_name="arm/msg/Move", text=text, type_hash=type_hash)


def test_comments_constants_and_defaults_lay_out_nothing():
    other = (
        MOVE.replace("# A move.", "").replace("=1", " = 2").replace(" 1.0", "").replace("std_msgs/msg/", "std_msgs/")
    )
    assert layout_differences(move(), move(other)) == []


def test_a_new_field_is_named():
    assert layout_differences(move(), move(MOVE.replace("string", "bool held\nstring"))) == ["Move.held"]


def test_another_type_of_a_field_is_named():
    assert layout_differences(move(), move(MOVE.replace("float32", "float64"))) == ["Move.speed_m_s"]


def test_a_field_of_a_type_in_use_is_named():
    assert layout_differences(move(), move(MOVE + "string frame_id\n")) == ["Header.frame_id"]


def test_fields_in_another_order_are_another_layout():
    swapped = MOVE.replace("string<=8 name\n", "").replace("float32", "string<=8 name\nfloat32")
    assert layout_differences(move(), move(swapped)) == ["Move"]


def test_equal_hashes_need_no_text():
    assert layout_differences(move("", "RIHS01_1"), move(type_hash="RIHS01_1")) == []
