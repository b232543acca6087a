#include "model/io/safetensors_header.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "base/error.h"
#include "base/options.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::size_t kTensorLimit = 65536;
constexpr std::size_t kRankLimit = 8;
constexpr std::size_t kNameLimit = 1024;
constexpr const char* kMetadata = "__metadata__";

struct NamedType {
  const char* name;
  at::ScalarType type;
};
constexpr std::array<NamedType, 9> kTypes = {{{"F32", at::kFloat},
                                              {"F64", at::kDouble},
                                              {"F16", at::kHalf},
                                              {"BF16", at::kBFloat16},
                                              {"I64", at::kLong},
                                              {"I32", at::kInt},
                                              {"U8", at::kByte},
                                              {"I8", at::kChar},
                                              {"BOOL", at::kBool}}};

// Handles the events of the JSON parser. No tree is built: one with many keys would take quadratic time, and a deeply
// nested one could overflow the stack.
//   {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ..., "__metadata__": {"key": "text"}}
class HeaderReader : public nlohmann::json_sax<Json> {
 public:
  HeaderReader(const std::string& where, SafetensorsHeader& out) : where_(where), out_(out) {}

  bool start_object(std::size_t /*size*/) override {
    if (depth_ == 0) {
      depth_ = 1;
      return true;
    }
    if (depth_ != 1) refuse_value();
    depth_ = 2;
    fields_.clear();
    offsets_.clear();
    if (name_ == kMetadata) return true;
    if (out_.tensors.size() == kTensorLimit) refuse(text("names more than ", kTensorLimit, " tensors"));
    if (name_.size() > kNameLimit) refuse(text(tensor(), "has a name of ", name_.size(), " bytes"));
    out_.tensors.emplace_back().name = name_;
    return true;
  }

  bool end_object() override {
    if (depth_ == 2 && name_ != kMetadata) finish_entry();
    --depth_;
    return true;
  }

  bool key(std::string& word) override {
    std::set<std::string>& known = depth_ == 1 ? names_ : fields_;
    if (!known.insert(word).second) refuse(text("names \"", printable(word), "\" twice"));
    (depth_ == 1 ? name_ : field_) = word;
    return true;
  }

  bool start_array(std::size_t /*size*/) override {
    if (depth_ != 2 || name_ == kMetadata || (field_ != "shape" && field_ != "data_offsets")) refuse_value();
    depth_ = 3;
    return true;
  }

  bool end_array() override {
    depth_ = 2;
    return true;
  }

  bool number_unsigned(number_unsigned_t number) override {
    if (depth_ != 3) refuse_value();
    if (field_ == "shape") {
      if (out_.tensors.back().shape.size() == kRankLimit) {
        refuse(text(tensor(), "has more than ", kRankLimit, " dimensions"));
      }
      if (number > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) refuse_overflow();
      out_.tensors.back().shape.push_back(static_cast<std::int64_t>(number));
    } else {
      if (offsets_.size() == 2) refuse_value();
      offsets_.push_back(number);
    }
    return true;
  }

  bool string(std::string& word) override {
    if (depth_ == 2 && name_ == kMetadata) {
      out_.metadata[field_] = word;
      return true;
    }
    if (depth_ != 2 || field_ != "dtype") refuse_value();
    const auto* const found =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const NamedType& type) { return word == type.name; });
    if (found == kTypes.end()) refuse(text(tensor(), "has the type ", printable(word), ", which is not supported"));
    out_.tensors.back().type = found->type;
    return true;
  }

  bool null() override { refuse_value(); }
  bool boolean(bool /*value*/) override { refuse_value(); }
  bool number_integer(number_integer_t /*value*/) override { refuse_value(); }
  bool number_float(number_float_t /*value*/, const std::string& /*digits*/) override { refuse_value(); }
  bool binary(binary_t& /*value*/) override { refuse_value(); }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    refuse(text("has a header that is not valid JSON (", printable(error.what()), ")"));
  }

 private:
  std::string tensor() const { return text("tensor \"", printable(name_), "\" "); }
  [[noreturn]] void refuse(const std::string& why) const { throw Error(text(where_, ": ", why)); }
  [[noreturn]] void refuse_overflow() const { refuse(text(tensor(), "has a shape that overflows")); }

  // Reports a value of a type that the format does not allow at this position.
  [[noreturn]] void refuse_value() const {
    if (depth_ == 0) refuse("has a header that is not a JSON object");
    if (name_ == kMetadata) {
      refuse(depth_ == 1 ? "has __metadata__ that is not an object"
                         : text("has __metadata__.", printable(field_), " that is not a string"));
    }
    if (depth_ == 1) refuse(text(tensor(), "is not described by an object"));
    const bool listed = field_ == "shape" || field_ == "data_offsets";
    if (!listed && field_ != "dtype") refuse(text(tensor(), "has the unknown property ", printable(field_)));
    if (field_ == "dtype") refuse(text(tensor(), "has a dtype that is not a string"));
    if (depth_ == 2) refuse(text(tensor(), "has ", field_, " that is not a list"));
    refuse(text(tensor(),
                field_ == "shape" ? "has a size that is not an integer of at least 0" : "has no pair of data_offsets"));
  }

  void finish_entry() {
    for (const char* field : {"dtype", "shape", "data_offsets"}) {
      if (!fields_.contains(field)) refuse(text(tensor(), "has no ", field));
    }
    if (offsets_.size() != 2) refuse(text(tensor(), "has no pair of data_offsets"));
    TensorEntry& entry = out_.tensors.back();
    // Sizes of 0 count as 1, as in the computation of strides.
    auto elements = static_cast<std::int64_t>(at::elementSize(entry.type));
    bool empty = false;
    for (const std::int64_t size : entry.shape) {
      empty = empty || size == 0;
      if (__builtin_mul_overflow(elements, std::max<std::int64_t>(size, 1), &elements)) refuse_overflow();
    }
    const std::uint64_t bytes = empty ? 0 : static_cast<std::uint64_t>(elements);
    entry.begin = offsets_[0];
    entry.end = offsets_[1];
    if (entry.end < entry.begin || entry.end - entry.begin != bytes) {
      refuse(text(tensor(), "needs ", bytes, " bytes, but its data_offsets span a different number"));
    }
  }

  const std::string& where_;
  SafetensorsHeader& out_;
  int depth_ = 0;  // 1: names, 2: properties of a tensor or metadata, 3: numbers in a list
  std::string name_, field_;
  std::set<std::string> names_, fields_;
  std::vector<std::uint64_t> offsets_;
};

// Checks that the tensors, which are in the order of their offsets, cover the data without gaps or overlap.
void check_offsets(const SafetensorsHeader& header, std::uint64_t data_size, const std::string& where) {
  std::uint64_t expected = 0;
  for (const TensorEntry& entry : header.tensors) {
    if (entry.begin != expected) {
      throw Error(text(where, ": tensor \"", printable(entry.name), "\" starts at ", entry.begin, ", expected ",
                       expected, " (hole or overlap)"));
    }
    expected = entry.end;
  }
  if (expected != data_size) {
    throw Error(text(where, ": holds ", data_size, " bytes of tensors, but its header describes ", expected));
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(const std::string& document, std::uint64_t data_size,
                                           const std::string& where) {
  // The format requires the brace as the first byte, so that a file cannot be valid in another format too.
  if (!document.starts_with('{')) throw Error(text(where, ": has a header that is not a JSON object"));
  SafetensorsHeader header;
  HeaderReader reader(where, header);
  Json::sax_parse(document, &reader);
  std::stable_sort(header.tensors.begin(), header.tensors.end(), [](const TensorEntry& one, const TensorEntry& other) {
    return std::pair(one.begin, one.end) < std::pair(other.begin, other.end);
  });
  check_offsets(header, data_size, where);
  return header;
}

const char* safetensors_type_name(at::ScalarType type) {
  for (const NamedType& candidate : kTypes) {
    if (candidate.type == type) return candidate.name;
  }
  return nullptr;
}

}  // namespace jetvit
