"""The Merkle trees of RFC 6962, against a naive reading of its definition and against known values."""

import hashlib
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.kernel import merkle
from shanzhi.kernel.merkle import Edge, Node, leaf_hash, node_hash

# The eight leaves that implementations of Certificate Transparency test with, and the roots over the first 1 … 8.
LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Store:
    """Complete subtrees in memory; remembers how many were read."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes: dict[Node, bytes] = {}
        self.reads = 0
        self.edge = Edge()
        for leaf in leaves:
            self.nodes.update(self.edge.push(leaf))

    def __call__(self, nodes: Collection[Node], /) -> Mapping[Node, bytes]:
        self.reads += len(nodes)
        return {node: self.nodes[node] for node in nodes}


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = max(2**k for k in range(20) if 2**k < len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    half = max(2**k for k in range(20) if 2**k < len(leaves))
    if index < half:
        return [*naive_path(index, leaves[:half]), naive_root(leaves[half:])]
    return [*naive_path(index - half, leaves[half:]), naive_root(leaves[:half])]


def naive_proof(first: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """RFC 6962, 2.1.2."""
    if first == len(leaves):
        return [] if whole else [naive_root(leaves)]
    half = max(2**k for k in range(20) if 2**k < len(leaves))
    if first <= half:
        return [*naive_proof(first, leaves[:half], whole), naive_root(leaves[half:])]
    return [*naive_proof(first - half, leaves[half:], False), naive_root(leaves[:half])]


def hashes(number: int) -> list[bytes]:
    return [leaf_hash(str(n).encode()) for n in range(number)]


sizes = st.integers(1, 200)


class TestKnownTrees:
    def test_the_empty_tree_is_the_digest_of_nothing(self) -> None:
        empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        assert merkle.root(0, Store([])).hex() == Edge().root().hex() == empty

    @pytest.mark.parametrize("size", range(1, 9))
    def test_the_eight_known_leaves_have_the_known_roots(self, size: int) -> None:
        store = Store([leaf_hash(data) for data in LEAVES])
        assert merkle.root(size, store).hex() == ROOTS[size - 1]

    def test_a_leaf_is_no_node(self) -> None:
        left, right = leaf_hash(b"a"), leaf_hash(b"b")
        assert leaf_hash(left + right) != node_hash(left, right)


class TestATree:
    @given(sizes)
    def test_has_the_root_of_the_definition_at_every_size(self, size: int) -> None:
        leaves = hashes(size)
        store = Store(leaves)
        assert merkle.root(size, store) == naive_root(leaves) == store.edge.root()

    @given(sizes, st.data())
    def test_goes_on_where_it_was_left(self, size: int, data: st.DataObject) -> None:
        leaves = hashes(size)
        stop = data.draw(st.integers(0, size))
        store = Store(leaves[:stop])
        again = Edge(stop, store)
        for leaf in leaves[stop:]:
            store.nodes.update(again.push(leaf))
        assert again.root() == naive_root(leaves)
        assert store.nodes == Store(leaves).nodes

    def test_of_a_million_leaves_is_read_through_few_nodes(self) -> None:
        size = 1_000_003
        asked: list[Node] = []

        def read(nodes: Collection[Node], /) -> Mapping[Node, bytes]:
            asked.extend(nodes)
            return {node: bytes(32) for node in nodes}

        merkle.root(size, read)
        assert len(asked) <= 20
        for prove in (lambda: merkle.inclusion_path(777_777, size, read),
                      lambda: merkle.consistency_path(654_321, size, read)):  # fmt: skip
            asked.clear()
            prove()
            assert len(asked) <= 2 * 20


class TestAProofOfInclusion:
    @given(sizes, st.data())
    def test_is_the_one_of_the_definition_and_holds(self, size: int, data: st.DataObject) -> None:
        leaves = hashes(size)
        index = data.draw(st.integers(0, size - 1))
        path = merkle.inclusion_path(index, size, Store(leaves))
        assert path == naive_path(index, leaves)
        assert merkle.verify_inclusion(leaves[index], index, size, path, naive_root(leaves))

    @given(sizes, st.data())
    def test_fails_when_anything_is_changed(self, size: int, data: st.DataObject) -> None:
        leaves = hashes(size)
        index = data.draw(st.integers(0, size - 1))
        path, root = naive_path(index, leaves), naive_root(leaves)
        wrong = bytes(32)
        check = merkle.verify_inclusion
        assert not check(wrong, index, size, path, root)
        assert not check(leaves[index], index, size, path, wrong)
        assert not check(leaves[index], index, size, [*path, wrong], root)
        assert not check(leaves[index], size, size, path, root)
        assert not check(leaves[index], -1, size, path, root)
        if path:
            assert not check(leaves[index], index, size, path[1:], root)
            assert not check(leaves[index], index, size, [wrong, *path[1:]], root)
            other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
            assert not check(leaves[index], other, size, path, root)

    def test_of_a_leaf_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no such leaf"):
            merkle.inclusion_path(3, 3, Store(hashes(3)))


class TestAProofOfConsistency:
    @given(sizes, st.data())
    def test_is_the_one_of_the_definition_and_holds(self, second: int, data: st.DataObject) -> None:
        leaves = hashes(second)
        first = data.draw(st.integers(1, second))
        path = merkle.consistency_path(first, second, Store(leaves))
        assert path == naive_proof(first, leaves)
        assert merkle.verify_consistency(first, second, path, naive_root(leaves[:first]), naive_root(leaves))

    @given(sizes, st.data())
    def test_fails_when_the_past_was_changed(self, second: int, data: st.DataObject) -> None:
        leaves = hashes(second)
        first = data.draw(st.integers(1, second))
        changed = data.draw(st.integers(0, first - 1))
        forged = [*leaves[:changed], leaf_hash(b"forged"), *leaves[changed + 1 :]]
        path = naive_proof(first, forged)
        assert not merkle.verify_consistency(first, second, path, naive_root(leaves[:first]), naive_root(forged))

    @given(sizes, st.data())
    def test_fails_when_anything_is_changed(self, second: int, data: st.DataObject) -> None:
        leaves = hashes(second)
        first = data.draw(st.integers(1, second))
        path, old, new = naive_proof(first, leaves), naive_root(leaves[:first]), naive_root(leaves)
        wrong = bytes(32)
        check = merkle.verify_consistency
        assert not check(first, second, path, wrong, new)
        assert not check(first, second, path, old, wrong)
        assert not check(first, second, [*path, wrong], old, new)
        assert not check(0, second, path, old, new)
        assert not check(second + 1, second, path, old, new)
        if path:
            assert not check(first, second, path[1:], old, new)
            assert not check(first, second, [wrong, *path[1:]], old, new)

    @pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3)])
    def test_of_sizes_out_of_order_is_refused(self, first: int, second: int) -> None:
        with pytest.raises(ValueError, match="consistent"):
            merkle.consistency_path(first, second, Store(hashes(3)))
