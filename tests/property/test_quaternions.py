"""Plain-float rotations agree with scipy's, near pi too."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from user_core.quaternions import conjugate, from_rotation_vector, multiply, normalised, to_rotation_vector

angles = st.one_of(st.floats(0.0, math.pi), st.floats(0.0, 1e-5), st.floats(math.pi - 1e-5, math.pi))


@st.composite
def vectors(draw: st.DrawFn) -> np.ndarray:
    axis = np.array([draw(st.floats(-1, 1)) for _ in range(3)])
    length = float(np.linalg.norm(axis))
    unit = axis / length if length > 1e-3 else np.array([0.0, 0.0, 1.0])
    return unit * draw(angles)


@settings(max_examples=300, deadline=None)
@given(vector=vectors())
def test_a_rotation_vector_survives_the_way_there_and_back(vector: np.ndarray) -> None:
    found = np.asarray(to_rotation_vector(from_rotation_vector(vector.tolist())), np.float64)
    turned = Rotation.from_rotvec(vector).inv() * Rotation.from_rotvec(found)
    assert turned.magnitude() < 1e-6


@settings(max_examples=300, deadline=None)
@given(first=vectors(), second=vectors())
def test_products_are_those_of_scipy(first: np.ndarray, second: np.ndarray) -> None:
    found = normalised(multiply(from_rotation_vector(first.tolist()), from_rotation_vector(second.tolist())))
    expected = (Rotation.from_rotvec(first) * Rotation.from_rotvec(second)).as_quat()
    assert abs(float(np.dot(found, expected))) > 1 - 1e-9


@settings(max_examples=100, deadline=None)
@given(vector=vectors())
def test_the_conjugate_undoes(vector: np.ndarray) -> None:
    quaternion = from_rotation_vector(vector.tolist())
    assert np.linalg.norm(to_rotation_vector(multiply(quaternion, conjugate(quaternion)))) < 1e-7


def test_a_quaternion_of_length_zero_is_left_for_the_check_to_see() -> None:
    assert normalised((0.0, 0.0, 0.0, 0.0)) == (0.0, 0.0, 0.0, 0.0)
    assert to_rotation_vector((0.0, 0.0, 0.0, 0.0)) == (0.0, 0.0, 0.0)
