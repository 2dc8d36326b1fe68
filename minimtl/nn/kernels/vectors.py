"""Sums of rows of a matrix, written for vector registers.

Numba compiles the loop over the places of a row with checks that cost as much as the loop: whether
arrays overlap, whether an index is negative. Here a sum stays in registers until all its terms are
in. LLVM cuts vectors of `LANES` floats to whatever registers the machine has.

Nothing is checked: arrays are C-contiguous, z, W and values float32, indices and after int32; S is
a multiple of `LANES`, every row has S places at least, and every index is that of a row.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

# Floats in a cache line, and in a register of the widest kind.
LANES = 16
# Vectors of a sum that are worked on together: each needs a register, and the next term of one can
# only be added once its last has been, which takes as long as the others' turns. A layer of 100
# units has seven, which fill the registers of a machine with half as wide ones.
GROUP = 7
# How many terms before its turn `add_far_rows` asks for a row: 3, 6 and 12 took as long.
TERMS_AHEAD = 3

VECTOR = ir.VectorType(ir.FloatType(), LANES)
INT = ir.IntType(64)
INT32 = ir.IntType(32)
BYTES = ir.IntType(8).as_pointer()


class Summands(NamedTuple):
    """The terms of a sum: p = first, following(p), … while more(p)."""

    first: Any
    more: Callable[[Any], Any]
    following: Callable[[Any], Any]


def _emitted(n_arrays: int, result: Any = types.void) -> Callable[[Callable[..., Any]], Any]:
    """A function that kernels call, made of one that writes its code with LLVM's builder.

    It takes so many arrays, then whole numbers.
    """

    def decorate(emit: Callable[..., Any]) -> Any:
        @intrinsic
        @wraps(emit)
        def definition(typingctx: Any, *kinds: Any) -> Any:
            def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
                arrays = (
                    context.make_array(kind)(context, builder, value)
                    for kind, value in zip(kinds[:n_arrays], values, strict=False)
                )
                returned = emit(builder, *arrays, *values[n_arrays:])
                return context.get_dummy_value() if returned is None else returned

            numbers = (types.int64,) * (len(kinds) - n_arrays)
            return result(*kinds[:n_arrays], *numbers), codegen

        return definition

    return decorate


@_emitted(4)
def add_rows(
    builder: Any, z: Any, W: Any, indices: Any, values: Any, begin: Any, end: Any, S: Any
) -> None:
    """z[:S] ← z[:S] + Σ_p values[p]·W[indices[p], :S] for begin ≤ p < end."""
    terms = _ascending(builder, begin, end)
    _in_groups(builder, S, partial(_sum_group, builder, (z, W, indices, values), terms))


@_emitted(4)
def add_far_rows(
    builder: Any, z: Any, W: Any, indices: Any, values: Any, begin: Any, end: Any, S: Any
) -> None:
    """As `add_rows`, for rows beyond the nearest caches: each is asked for before its turn."""

    def later(p: Any) -> Any:
        q, last = builder.add(p, INT(TERMS_AHEAD)), builder.sub(end, INT(1))
        return builder.select(builder.icmp_signed("<", q, last), q, last)

    terms, arrays = _ascending(builder, begin, end), (z, W, indices, values)
    _in_groups(builder, S, partial(_sum_group, builder, arrays, terms, later=later))


@_emitted(5)
def sum_chain(
    builder: Any, z: Any, W: Any, indices: Any, values: Any, after: Any, first: Any, S: Any
) -> None:
    """z[:S] = Σ_e values[e]·W[indices[e], :S] for e = first, after[first], … until e < 0."""
    terms = Summands(
        first,
        lambda e: builder.icmp_signed(">=", e, INT(0)),
        lambda e: builder.sext(builder.load(builder.gep(after.data, [e])), INT),
    )
    arrays = (z, W, indices, values)
    _in_groups(builder, S, partial(_sum_group, builder, arrays, terms, from_zero=True))


@_emitted(4)
def add_to_rows(
    builder: Any, Z: Any, W: Any, indices: Any, values: Any, j: Any, begin: Any, end: Any, S: Any
) -> None:
    """Z[indices[p], :S] ← Z[indices[p], :S] + values[p]·W[j, :S] for begin ≤ p < end."""

    def add_group(start: Any, n: int) -> None:
        place = builder.mul(start, INT(LANES))
        source = _row(builder, W, j, place)
        w = [builder.load(_at(builder, source, v), align=4) for v in range(n)]
        with cgutils.for_range_slice(builder, begin, end, INT(1), INT) as (p, _):
            index = builder.zext(builder.load(builder.gep(indices.data, [p])), INT)
            x = _broadcast(builder, builder.load(builder.gep(values.data, [p])))
            z = _row(builder, Z, index, place)
            for v in range(n):
                here = _at(builder, z, v)
                total = _add_term(builder, builder.load(here, align=4), x, w[v])
                builder.store(total, here, align=4)

    _in_groups(builder, S, add_group)


@_emitted(3)
def add_four_products(builder: Any, Z: Any, C: Any, W: Any, i: Any, n: Any, S: Any) -> None:
    """Z[i:i+4, :S] ← Z[i:i+4, :S] + C[i:i+4, :n]·W[:n, :S]; each row of W is read for four sums."""
    rows = [builder.add(i, INT(k)) for k in range(4)]
    factors = [builder.gep(C.data, [builder.mul(k, _row_length(builder, C))]) for k in rows]
    with cgutils.for_range_slice(builder, INT(0), S, INT(LANES), INT) as (place, _):
        targets = [_row(builder, Z, k, place) for k in rows]

        def add(p: Any, sums: list[Any]) -> list[Any]:
            w = builder.load(_row(builder, W, p, place), align=4)
            values = (builder.load(builder.gep(factor, [p])) for factor in factors)
            return [
                _add_term(builder, total, _broadcast(builder, value), w)
                for total, value in zip(sums, values, strict=True)
            ]

        starts = [builder.load(target, align=4) for target in targets]
        sums = _accumulate(builder, _ascending(builder, INT(0), n), starts, add)
        for total, target in zip(sums, targets, strict=True):
            builder.store(total, target, align=4)


@_emitted(2, types.float32)
def dot(builder: Any, x: Any, y: Any, S: Any) -> Any:
    """Σ_h x[h]·y[h] for h < S: a sum for each of the `LANES`, then these added by halves."""
    both = [_vectors(builder, array.data, INT(0)) for array in (x, y)]
    n_vectors = builder.udiv(S, INT(LANES))

    def add(v: Any, sums: list[Any]) -> list[Any]:
        a, b = (builder.load(_at(builder, vectors, v), align=4) for vectors in both)
        return [_add_term(builder, sums[0], a, b)]

    zeros = ir.Constant(VECTOR, [0.0] * LANES)
    (total,) = _accumulate(builder, _ascending(builder, INT(0), n_vectors), [zeros], add)
    return _sum_of_lanes(builder, total)


@_emitted(1)
def ask_for(builder: Any, W: Any, j: Any, begin: Any, end: Any) -> None:
    """Have W[j, begin:end] fetched into the caches; the caller goes on meanwhile.

    Rows come in an order that the machine cannot guess, and lie beyond the nearest caches.
    """
    row = builder.gep(W.data, [builder.mul(j, _row_length(builder, W))])
    with cgutils.for_range_slice(builder, begin, end, INT(LANES), INT) as (place, _):
        _prefetch(builder, builder.gep(row, [place]))


def _in_groups(builder: Any, S: Any, emit: Callable[[Any, int], None]) -> None:
    """Have `emit` (number of the first vector, how many) write code for all vectors of S floats."""
    n_vectors = builder.udiv(S, INT(LANES))
    whole = builder.mul(builder.udiv(n_vectors, INT(GROUP)), INT(GROUP))
    with cgutils.for_range_slice(builder, INT(0), whole, INT(GROUP), INT) as (start, _):
        emit(start, GROUP)
    for n in range(1, GROUP):
        rest = builder.sub(n_vectors, whole)
        with builder.if_then(builder.icmp_unsigned("==", rest, INT(n))):
            emit(whole, n)


def _sum_group(
    builder: Any,
    arrays: Any,
    terms: Summands,
    start: Any,
    n: int,
    from_zero: bool = False,
    later: Callable[[Any], Any] | None = None,
) -> None:
    """Emit the sum of `n` vectors from number `start` on, `from_zero` or added to z.

    With `later`, the row of the term later(p) is asked for at the term p.
    """
    z, W, indices, values = arrays
    place = builder.mul(start, INT(LANES))
    target = _vectors(builder, z.data, place)

    def row_of(p: Any) -> Any:
        index = builder.zext(builder.load(builder.gep(indices.data, [p])), INT)
        return _row(builder, W, index, place)

    def add(p: Any, sums: list[Any]) -> list[Any]:
        row = row_of(p)
        if later is not None:
            asked = row_of(later(p))
            for v in range(n):
                _prefetch(builder, _at(builder, asked, v))
        x = _broadcast(builder, builder.load(builder.gep(values.data, [p])))
        return [
            _add_term(builder, total, x, builder.load(_at(builder, row, v), align=4))
            for v, total in enumerate(sums)
        ]

    starts = [
        ir.Constant(VECTOR, [0.0] * LANES)
        if from_zero
        else builder.load(_at(builder, target, v), align=4)
        for v in range(n)
    ]
    for v, total in enumerate(_accumulate(builder, terms, starts, add)):
        builder.store(total, _at(builder, target, v), align=4)


def _ascending(builder: Any, begin: Any, end: Any) -> Summands:
    """The terms begin ≤ p < end."""
    return Summands(
        begin,
        lambda p: builder.icmp_signed("<", p, end),
        lambda p: builder.add(p, INT(1)),
    )


def _accumulate(
    builder: Any, terms: Summands, starts: list[Any], add: Callable[[Any, list[Any]], list[Any]]
) -> list[Any]:
    """Emit a loop over the terms; `add` emits the sums after one. Sums stay in registers."""
    head, body, done = (builder.append_basic_block() for _ in range(3))
    before = builder.block
    builder.branch(head)
    builder.position_at_end(head)
    p, sums = builder.phi(INT), [builder.phi(VECTOR) for _ in starts]
    for phi, value in zip([p, *sums], [terms.first, *starts], strict=True):
        phi.add_incoming(value, before)
    builder.cbranch(terms.more(p), body, done)
    builder.position_at_end(body)
    for phi, value in zip([*sums, p], [*add(p, sums), terms.following(p)], strict=True):
        phi.add_incoming(value, body)
    builder.branch(head)
    builder.position_at_end(done)
    return sums


def _prefetch(builder: Any, place: Any) -> None:
    """Have the cache line of `place` fetched: to read it, kept in all caches, data and no code."""
    kind = ir.FunctionType(ir.VoidType(), [BYTES, *(INT32,) * 3])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", (BYTES,), kind)
    builder.call(prefetch, [builder.bitcast(place, BYTES), INT32(0), INT32(3), INT32(1)])


def _row_length(builder: Any, matrix: Any) -> Any:
    return cgutils.unpack_tuple(builder, matrix.shape)[1]


def _add_term(builder: Any, total: Any, x: Any, w: Any) -> Any:
    """total + x·w, by one operation where the machine has it."""
    return builder.fadd(total, builder.fmul(x, w, flags=("contract",)), flags=("contract",))


def _vectors(builder: Any, data: Any, place: Any) -> Any:
    """A pointer to vectors, to the one that begins at ``data[place]``."""
    return builder.bitcast(builder.gep(data, [place]), VECTOR.as_pointer())


def _row(builder: Any, matrix: Any, i: Any, place: Any) -> Any:
    """A pointer to vectors, to the one that begins at ``matrix[i, place]``."""
    begin = builder.mul(i, _row_length(builder, matrix))
    return _vectors(builder, matrix.data, builder.add(begin, place))


def _at(builder: Any, vectors: Any, v: Any) -> Any:
    return builder.gep(vectors, [INT(v) if isinstance(v, int) else v])


def _sum_of_lanes(builder: Any, vector: Any) -> Any:
    """The sum of a vector's lanes: the upper half is added to the lower one until one is left."""
    width = LANES

    while width > 1:
        width //= 2
        lower, upper = (
            builder.shuffle_vector(vector, vector, ir.Constant(ir.VectorType(INT32, width), lanes))
            for lanes in (list(range(width)), list(range(width, 2 * width)))
        )
        vector = builder.fadd(lower, upper)

    return builder.extract_element(vector, INT32(0))


def _broadcast(builder: Any, value: Any) -> Any:
    """A vector of `LANES` times `value`."""
    nothing = ir.Constant(VECTOR, ir.Undefined)
    zeros = ir.Constant(ir.VectorType(INT32, LANES), [0] * LANES)
    return builder.shuffle_vector(builder.insert_element(nothing, value, INT32(0)), nothing, zeros)
