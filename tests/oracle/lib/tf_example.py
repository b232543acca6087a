"""Reads TFRecord shards with TensorBoard's record reader (it checks both CRCs) and tf.train.Example messages with Google's
protobuf; the messages are declared here, as tensorflow/core/example/{feature,example}.proto do."""
import gzip
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tensorboard.compat.tensorflow_stub import errors
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New

Field = descriptor_pb2.FieldDescriptorProto


def example_class():
    file = descriptor_pb2.FileDescriptorProto(name="example.proto", package="tensorflow", syntax="proto3")

    def message(name, *fields):
        declared = file.message_type.add(name=name)
        for number, (field, label, kind, of) in enumerate(fields, 1):
            declared.field.add(name=field, number=number, label=label, type=kind, type_name=of)
        return declared

    message("BytesList", ("value", Field.LABEL_REPEATED, Field.TYPE_BYTES, None))
    message("FloatList", ("value", Field.LABEL_REPEATED, Field.TYPE_FLOAT, None))
    message("Int64List", ("value", Field.LABEL_REPEATED, Field.TYPE_INT64, None))
    feature = message("Feature", *((f"{kind.lower()}_list", Field.LABEL_OPTIONAL, Field.TYPE_MESSAGE, f".tensorflow.{kind}List")
                                   for kind in ("Bytes", "Float", "Int64")))
    feature.oneof_decl.add(name="kind")
    for field in feature.field:
        field.oneof_index = 0
    features = message("Features", ("feature", Field.LABEL_REPEATED, Field.TYPE_MESSAGE, ".tensorflow.Features.FeatureEntry"))
    entry = features.nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, label=Field.LABEL_OPTIONAL, type=Field.TYPE_STRING)
    entry.field.add(name="value", number=2, label=Field.LABEL_OPTIONAL, type=Field.TYPE_MESSAGE, type_name=".tensorflow.Feature")
    message("Example", ("features", Field.LABEL_OPTIONAL, Field.TYPE_MESSAGE, ".tensorflow.Features"))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tensorflow.Example"))


Example = example_class()


def records(path):
    """The data of every record of a shard; .gz is unpacked first."""
    with tempfile.NamedTemporaryFile() as plain:
        if str(path).endswith(".gz"):
            plain.write(gzip.decompress(path.read_bytes()))
            plain.flush()
            path = plain.name
        reader = PyRecordReader_New(str(path))
        while True:
            try:
                reader.GetNext()
            except errors.OutOfRangeError:
                return
            yield reader.record()


def examples(path):
    """Features of every jet of a shard: name -> list of values."""
    for record in records(path):
        feature = Example.FromString(record).features.feature
        yield {name: list(getattr(value, value.WhichOneof("kind")).value) for name, value in feature.items()}
