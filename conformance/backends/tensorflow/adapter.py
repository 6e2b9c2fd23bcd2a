"""TensorFlow: the conversions of its tensors. Python 3.8 syntax, the framework and numpy only."""

import functools

import tensorflow

version = tensorflow.__version__
tensor_types = (tensorflow.Tensor,)
# How a call is compiled before it is made; None where it is not. Set by start.
compiled = None


def start(device, mode):
    """Configure a forked server: one thread, so that a result does not depend on the machine."""
    global compiled
    if mode != "default":
        compiled = functools.partial(traced, jit_compile=mode == "xla")
    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    tensorflow.config.set_visible_devices([], "GPU")


def traced(function, jit_compile):
    """function as a graph, which XLA compiles if it is asked to. Only tensors are arguments of the
    graph: what else is given it would make tensors of, or pass by position."""
    graphs = []

    def call(**keywords):
        tensors = {n: v for n, v in keywords.items() if isinstance(v, tensor_types)}
        fixed = {n: v for n, v in keywords.items() if n not in tensors}
        if not graphs:
            graphs.append(
                tensorflow.function(
                    lambda given: function(**fixed, **given),
                    autograph=False,
                    jit_compile=jit_compile,
                )
            )
        return graphs[0](tensors)

    return call


def words():
    """The devices and modes that a target can be asked for here."""
    return {"devices": ["cpu"], "modes": ["default", "function", "xla"]}


def to_framework(array, dtype):
    """A tensor with a copy of the elements of array, row by row: strides are not kept."""
    if dtype == "bfloat16":
        return tensorflow.bitcast(tensorflow.constant(array), tensorflow.bfloat16)
    return tensorflow.constant(array)


def from_framework(tensor):
    """The elements as a numpy array, bfloat16 as bits."""
    if tensor.dtype == tensorflow.bfloat16:
        tensor = tensorflow.bitcast(tensor, tensorflow.uint16)
    return tensor.numpy()


def dtype_name(tensor):
    """The canonical name of the tensor's dtype: TensorFlow's own."""
    return tensor.dtype.name


def dtype(name):
    """TensorFlow's dtype of that canonical name. TypeError if it has none."""
    return tensorflow.as_dtype(name)


def gradient(function, tensor):
    """The derivative of sum(function(x)) by x at tensor, by TensorFlow's own tape."""
    with tensorflow.GradientTape() as tape:
        tape.watch(tensor)
        total = tensorflow.reduce_sum(function(tensor))
    return tape.gradient(total, tensor)


def synchronise():
    """Nothing is pending on the CPU."""
