#include "onnx/model_file.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/protobuf.h"
#include "base/text.h"

namespace jetvit::onnx {
namespace {

using protobuf::append_bytes;
using protobuf::append_float;
using protobuf::append_unsigned;

// The numbers of the fields and enumerations are those of onnx.proto3.
constexpr int kModelIrVersion = 1, kModelProducer = 2, kModelProducerVersion = 3, kModelGraph = 7, kModelOpset = 8,
              kModelMetadata = 14;
constexpr std::string_view kProducer = "jetvit";
constexpr std::size_t kLargestFile = std::numeric_limits<std::int32_t>::max();  // of protobuf
constexpr std::uint64_t kLargestHead = std::uint64_t{1} << 24;                  // bytes before the graph

std::uint64_t data_type(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return 1;
    case at::kLong:
      return 7;
    case at::kBool:
      return 9;
    default:
      throw Error("a constant of ONNX has a type that is not supported");
  }
}

std::string_view bytes_of(const Constant& constant) {
  return {static_cast<const char*>(constant.value.const_data_ptr()), constant.value.nbytes()};
}

// A TensorProto up to its data.
std::string tensor_head(const Constant& constant) {
  std::string out;
  for (const std::int64_t size : constant.value.sizes()) append_unsigned(out, 1, static_cast<std::uint64_t>(size));
  append_unsigned(out, 2, data_type(constant.value.scalar_type()));
  append_bytes(out, 8, constant.name);
  protobuf::append_header(out, 9, constant.value.nbytes());
  return out;
}

std::string attribute_bytes(const std::string& name, const Attribute& value) {
  constexpr std::uint64_t kFloat = 1, kInt = 2, kInts = 7;
  std::string out;
  append_bytes(out, 1, name);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    append_unsigned(out, 3, static_cast<std::uint64_t>(*integer));
    append_unsigned(out, 20, kInt);
  } else if (const auto* number = std::get_if<float>(&value)) {
    append_float(out, 2, *number);
    append_unsigned(out, 20, kFloat);
  } else {
    for (const std::int64_t item : std::get<Ints>(value)) append_unsigned(out, 8, static_cast<std::uint64_t>(item));
    append_unsigned(out, 20, kInts);
  }
  return out;
}

std::string node_bytes(const Node& node) {
  std::string out;
  for (const std::string& input : node.inputs) append_bytes(out, 1, input);
  append_bytes(out, 2, node.output);
  append_bytes(out, 3, node.output);  // the name of the node
  append_bytes(out, 4, node.op);
  for (const auto& [name, value] : node.attributes) append_bytes(out, 5, attribute_bytes(name, value));
  return out;
}

// A ValueInfoProto: float32 of the shape (batch, sizes...).
std::string value_bytes(const GraphValue& value) {
  std::string batch, shape, tensor, type, out;
  append_bytes(batch, 2, "batch");
  append_bytes(shape, 1, batch);
  for (const std::int64_t size : value.sizes) {
    std::string dimension;
    append_unsigned(dimension, 1, static_cast<std::uint64_t>(size));
    append_bytes(shape, 1, dimension);
  }
  append_unsigned(tensor, 1, data_type(at::kFloat));
  append_bytes(tensor, 2, shape);
  append_bytes(type, 1, tensor);
  append_bytes(out, 1, value.name);
  append_bytes(out, 2, type);
  return out;
}

// Bytes are views where they are large: the weights are not copied.
struct Pieces {
  std::vector<std::string> heads;
  std::vector<std::string_view> data;  // after each head
  std::size_t size = 0;

  void add(std::string head, std::string_view bytes = {}) {
    size += head.size() + bytes.size();
    heads.push_back(std::move(head));
    data.push_back(bytes);
  }
};

Pieces graph_pieces(const Graph& graph) {
  Pieces pieces;
  std::string nodes;
  for (const Node& node : graph.nodes()) append_bytes(nodes, 1, node_bytes(node));
  append_bytes(nodes, 2, kProducer);  // the name of the graph
  pieces.add(std::move(nodes));
  for (const Constant& constant : graph.constants()) {
    const std::string head = tensor_head(constant);
    std::string framed;
    protobuf::append_header(framed, 5, head.size() + constant.value.nbytes());
    pieces.add(framed + head, bytes_of(constant));
  }
  std::string values;
  for (const GraphValue& input : graph.inputs) append_bytes(values, 11, value_bytes(input));
  for (const GraphValue& output : graph.outputs) append_bytes(values, 12, value_bytes(output));
  pieces.add(std::move(values));
  return pieces;
}

// All fields before the graph, which is last: the metadata can be read without it.
std::string model_head(const std::string& producer_version, const std::map<std::string, std::string>& metadata) {
  std::string out, opset;
  append_unsigned(out, kModelIrVersion, kIrVersion);
  append_bytes(out, kModelProducer, kProducer);
  append_bytes(out, kModelProducerVersion, producer_version);
  append_bytes(opset, 1, "");  // the default operators
  append_unsigned(opset, 2, kOpset);
  append_bytes(out, kModelOpset, opset);
  for (const auto& [key, value] : metadata) {
    std::string entry;
    append_bytes(entry, 1, key);
    append_bytes(entry, 2, value);
    append_bytes(out, kModelMetadata, entry);
  }
  return out;
}

std::pair<std::string, std::string> metadata_entry(std::string_view bytes) {
  std::pair<std::string, std::string> entry;
  protobuf::FieldReader field(bytes);
  while (field.next()) {
    if (field.is_bytes(1)) entry.first = field.bytes();
    if (field.is_bytes(2)) entry.second = field.bytes();
  }
  return entry;
}

// The fields of a model before its graph. An empty view where there is no graph.
std::string_view before_graph(std::string_view bytes) {
  constexpr std::uint64_t kBytes = 2;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto begin = static_cast<std::size_t>(rest.data() - bytes.data());
    const std::uint64_t key = protobuf::take_varint(rest);
    const std::uint64_t size = protobuf::take_varint(rest);  // or a number
    if (key == (kModelGraph << 3 | kBytes)) return bytes.substr(0, begin);
    if ((key & 7) != kBytes) continue;
    if (size > rest.size()) break;
    rest.remove_prefix(size);
  }
  return {};
}

}  // namespace

void write_model(OutputFile& file, const Graph& graph, const std::string& producer_version,
                 const std::map<std::string, std::string>& metadata) {
  const Pieces pieces = graph_pieces(graph);
  std::string head = model_head(producer_version, metadata);
  protobuf::append_header(head, kModelGraph, pieces.size);
  if (head.size() + pieces.size > kLargestFile) {
    throw Error(text("a model of ", human_bytes(pieces.size), " does not fit into an ONNX file (at most 2 GiB)"));
  }
  file.write(head);
  for (std::size_t index = 0; index < pieces.heads.size(); ++index) {
    file.write(pieces.heads[index]);
    file.write(pieces.data[index]);
  }
}

std::map<std::string, std::string> read_model_metadata(const std::filesystem::path& path) {
  const InputFile file(path);
  std::string bytes(std::min(file.size(), kLargestHead), '\0');
  file.read(0, std::as_writable_bytes(std::span(bytes)));
  std::map<std::string, std::string> metadata;
  bool is_ours = false;
  try {
    protobuf::FieldReader field(before_graph(bytes));
    while (field.next()) {
      if (field.is_bytes(kModelProducer)) is_ours = field.bytes() == kProducer;
      if (field.is_bytes(kModelMetadata)) metadata.insert(metadata_entry(field.bytes()));
    }
  } catch (const Error&) {
    is_ours = false;
  }
  if (!is_ours) throw Error(text(path, ": is no ONNX file of jetvit"));
  return metadata;
}

}  // namespace jetvit::onnx
