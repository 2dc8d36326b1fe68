"""A hint to the processor: this row will be needed soon."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from minimtl.nn.kernels.jit import compiled


@intrinsic
def prefetch(typingctx: Any, array: Any, position: Any) -> Any:
    """Bring the cache line of ``array.flat[position]`` near, to be written; changes no value."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        byte = ir.IntType(8).as_pointer()
        pointer = builder.bitcast(builder.gep(data, [args[1]]), byte)
        i32 = ir.IntType(32)
        function = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [byte, i32, i32, i32]),
            "llvm.prefetch.p0i8",
        )
        builder.call(function, [pointer, i32(1), i32(3), i32(1)])
        return context.get_dummy_value()

    return types.void(array, types.intp), codegen


@compiled
def prefetch_row(rows: Any, j: int) -> None:
    """Bring all cache lines of row j near."""
    width = rows.shape[1]
    for h in range(0, width, 16):
        prefetch(rows, j * width + h)
