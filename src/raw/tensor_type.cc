#include "raw/tensor_type.h"

#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include <arrow/api.h>
#include <arrow/extension_type.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/reader.h>
#include <arrow/util/base64.h>
#include <arrow/util/key_value_metadata.h>

#include "base/error.h"
#include "base/options.h"
#include "base/text.h"
#include "raw/parquet_footer.h"

namespace jetvit {
namespace {

constexpr const char* kTensor = "arrow.fixed_shape_tensor";

template <class Value>
Value take_or_throw(arrow::Result<Value> result) {
  if (!result.ok()) throw Error(printable(result.status().message()));
  return std::move(result).ValueUnsafe();
}

std::shared_ptr<arrow::Schema> decode_schema(const std::string& encoded) {
  const std::string bytes = take_or_throw(arrow::util::base64_decode(encoded));
  arrow::io::BufferReader stream(arrow::Buffer::FromString(bytes));
  arrow::ipc::DictionaryMemo memo;
  return take_or_throw(arrow::ipc::ReadSchema(&stream, &memo));
}

// The parameters of the extension type, as JSON; empty if the field is no such tensor.
std::string tensor_parameters(const arrow::Field& field) {
  if (field.type()->id() == arrow::Type::EXTENSION) {
    const auto& type = static_cast<const arrow::ExtensionType&>(*field.type());
    return type.extension_name() == kTensor ? type.Serialize() : "";
  }
  // The type is not registered: Arrow was built without it.
  const auto name = field.metadata() ? field.metadata()->Get("ARROW:extension:name") : arrow::Status::KeyError("");
  if (!name.ok() || *name != kTensor) return "";
  return take_or_throw(field.metadata()->Get("ARROW:extension:metadata"));
}

// The axis that a name stands for; 0 for other names.
char axis_of(const std::string& name) {
  static const std::map<std::string, char> known = {
      {"c", 'c'},       {"channel", 'c'}, {"channels", 'c'}, {"h", 'h'},   {"height", 'h'}, {"row", 'h'},
      {"rows", 'h'},    {"eta", 'h'},     {"ieta", 'h'},     {"w", 'w'},   {"width", 'w'},  {"column", 'w'},
      {"columns", 'w'}, {"col", 'w'},     {"phi", 'w'},      {"iphi", 'w'}};
  const auto found = known.find(lower_case(name));
  return found == known.end() ? '\0' : found->second;
}

// One reading of a tensor. places: where each axis is stored; names: of the axes, empty if they have none.
StatedLayout reading_of(const std::vector<std::int64_t>& shape, const std::vector<std::size_t>& places,
                        const std::vector<std::string>& names) {
  StatedLayout stated;
  stated.source = "its Arrow schema";
  stated.stored.resize(shape.size());
  std::string order;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    stated.lengths.push_back(static_cast<int>(shape[places[axis]]));
    stated.stored[places[axis]] = static_cast<char>('0' + axis);
    const char letter = names.empty() ? '\0' : axis_of(names[axis]);
    if (letter != '\0' && order.find(letter) == std::string::npos) order += letter;
  }
  if (shape.size() == 2) {  // images of one channel
    stated.lengths.insert(stated.lengths.begin(), 1);
    stated.stored = stated.stored == "01" ? "012" : "021";
    order = order == "wh" ? "cwh" : "chw";
  }
  if (order.size() == 3) stated.order = order;
  return stated;
}

std::vector<StatedLayout> parse_parameters(const std::string& parameters) {
  const Json json = Json::parse(parameters);
  const auto shape = json.at("shape").get<std::vector<std::int64_t>>();
  if (shape.size() != 2 && shape.size() != 3) {
    throw Error(text("its tensors have ", shape.size(), " axes (images have channel, row and column)"));
  }
  for (const std::int64_t length : shape) {
    if (length >= 1 && length <= std::numeric_limits<int>::max()) continue;
    throw Error(text("an axis of its tensors has the length ", length));
  }
  std::vector<std::size_t> identity(shape.size());
  std::iota(identity.begin(), identity.end(), std::size_t{0});
  std::vector<std::size_t> permutation = identity;
  if (json.contains("permutation")) json.at("permutation").get_to(permutation);
  if (!std::is_permutation(identity.begin(), identity.end(), permutation.begin(), permutation.end())) {
    throw Error("the permutation of its tensors is none");
  }
  std::vector<std::string> names;
  if (json.contains("dim_names")) json.at("dim_names").get_to(names);
  if (names.size() != shape.size()) names.clear();
  std::vector<std::size_t> inverse(shape.size());
  for (std::size_t axis = 0; axis < shape.size(); ++axis) inverse[permutation[axis]] = axis;
  std::vector<std::string> permuted;
  for (std::size_t axis = 0; axis < names.size(); ++axis) permuted.push_back(names[permutation[axis]]);
  std::vector<StatedLayout> readings = {reading_of(shape, permutation, permuted)};
  if (permutation != identity) readings.push_back(reading_of(shape, inverse, names));
  return readings;
}

}  // namespace

std::vector<StatedLayout> stated_by_arrow(const InputFile& file, const std::string& column) {
  const std::optional<std::string> encoded = ParquetFooter(file).metadata("ARROW:schema");
  if (!encoded) return {};
  try {
    const std::shared_ptr<arrow::Field> field = decode_schema(*encoded)->GetFieldByName(column);
    const std::string parameters = field ? tensor_parameters(*field) : "";
    if (parameters.empty()) return {};
    return parse_parameters(parameters);
  } catch (const Error& error) {
    throw Error(text(file.path(), ": column ", column, ": ", error.what(), " (according to the file's Arrow schema)"));
  } catch (const Json::exception&) {
    throw Error(text(file.path(), ": column ", column, ": its Arrow schema describes its tensors incorrectly"));
  }
}

}  // namespace jetvit
