#include "model/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include <ATen/ops/empty.h>

#include "base/commit.h"
#include "base/file.h"
#include "base/options.h"
#include "base/text.h"

namespace jetvit {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little endian");

constexpr std::uint64_t kHeaderLimit = 16 << 20;
constexpr std::size_t kTensorLimit = 65536;
constexpr std::size_t kRankLimit = 8;
constexpr std::size_t kNameLimit = 1024;

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

struct Place {
  std::string name;
  at::ScalarType type = at::kFloat;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

class Header {
 public:
  explicit Header(const InputFile& file) : where_(file.path().string()) {
    std::uint64_t length = 0;
    if (file.size() < sizeof(length)) refuse("is too short for a safetensors file");
    file.read(0, std::as_writable_bytes(std::span(&length, 1)));
    if (length > kHeaderLimit || length > file.size() - sizeof(length)) {
      refuse(text("states a header of ", length, " bytes, in a file of ", file.size(), " (limit ", kHeaderLimit, ")"));
    }
    std::string document(length, '\0');
    file.read(sizeof(length), std::as_writable_bytes(std::span(document)));
    data_ = sizeof(length) + length;
    constexpr int kDepth = 4;
    refuse_repeated_keys(document);
    const Json header = parse_json(document, where_, kHeaderLimit, kDepth);
    if (!header.is_object()) refuse("has a header that is not a JSON object");
    if (header.size() > kTensorLimit) refuse(text("names ", header.size(), " tensors (limit ", kTensorLimit, ")"));
    for (const auto& [name, value] : header.items()) {
      if (name == "__metadata__") {
        read_metadata(value);
      } else {
        places_.push_back(read_place(name, value));
      }
    }
    check_offsets(file.size() - data_);
  }

  std::uint64_t data() const { return data_; }
  const std::vector<Place>& places() const { return places_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

 private:
  [[noreturn]] void refuse(const std::string& why) const { throw Error(text(where_, ": ", why)); }

  // The parser keeps the last of two equal keys; a file that says two things is refused.
  void refuse_repeated_keys(const std::string& document) const {
    std::vector<std::map<std::string, bool>> seen;
    const auto visit = [&](int, Json::parse_event_t event, Json& value) {
      if (event == Json::parse_event_t::object_start) seen.emplace_back();
      if (event == Json::parse_event_t::object_end && !seen.empty()) seen.pop_back();
      if (event == Json::parse_event_t::key && !seen.back().emplace(value.get<std::string>(), true).second) {
        refuse(text("names \"", printable(value.get<std::string>()), "\" twice"));
      }
      return false;  // builds no tree
    };
    try {
      [[maybe_unused]] const Json discarded = Json::parse(document, visit);
    } catch (const nlohmann::json::exception& error) {
      refuse(text("has a header that is not valid JSON (", printable(error.what()), ")"));
    }
  }

  void read_metadata(const Json& value) {
    if (!value.is_object()) refuse("has __metadata__ that is not an object");
    for (const auto& [key, item] : value.items()) {
      if (!item.is_string()) refuse(text("has __metadata__.", printable(key), " that is not a string"));
      metadata_[key] = item.get<std::string>();
    }
  }

  Place read_place(const std::string& name, const Json& value) const {
    const std::string tensor = text("tensor \"", printable(name), "\" ");
    if (name.size() > kNameLimit) refuse(text(tensor, "has a name of ", name.size(), " bytes"));
    try {
      Place place;
      place.name = name;
      const std::string type = value.at("dtype").get<std::string>();
      bool known = false;
      for (const NamedType& candidate : kTypes) {
        if (type == candidate.name) {
          place.type = candidate.type;
          known = true;
        }
      }
      if (!known) refuse(text(tensor, "has the type ", printable(type), ", which is not supported"));
      std::uint64_t bytes = at::elementSize(place.type);
      if (value.at("shape").size() > kRankLimit) refuse(text(tensor, "has more than ", kRankLimit, " dimensions"));
      for (const Json& size : value.at("shape")) {
        if (!size.is_number_unsigned()) refuse(text(tensor, "has a size that is not a whole number"));
        place.shape.push_back(size.get<std::int64_t>());
        if (place.shape.back() < 0 || __builtin_mul_overflow(bytes, size.get<std::uint64_t>(), &bytes)) {
          refuse(text(tensor, "has a shape that overflows"));
        }
      }
      const Json& offsets = value.at("data_offsets");
      if (offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned()) {
        refuse(text(tensor, "has no pair of data_offsets"));
      }
      place.begin = offsets[0].get<std::uint64_t>();
      place.end = offsets[1].get<std::uint64_t>();
      if (place.end < place.begin || place.end - place.begin != bytes) {
        refuse(text(tensor, "needs ", bytes, " bytes but its data_offsets differ from that"));
      }
      return place;
    } catch (const nlohmann::json::exception& error) {
      refuse(text(tensor, "is described wrongly (", printable(error.what()), ")"));
    }
  }

  // No holes, no overlap, nothing behind the last tensor.
  void check_offsets(std::uint64_t data_size) const {
    std::multimap<std::uint64_t, const Place*> by_begin;
    for (const Place& place : places_) by_begin.emplace(place.begin, &place);
    std::uint64_t expected = 0;
    for (const auto& [begin, place] : by_begin) {
      if (begin != expected && place->begin != place->end) {
        refuse(text("tensor \"", printable(place->name), "\" starts at ", begin, ", expected ", expected,
                    " (hole or overlap)"));
      }
      expected = std::max(expected, place->end);
    }
    if (expected != data_size) refuse(text("holds ", data_size, " bytes of tensors, its header describes ", expected));
  }

  std::string where_;
  std::uint64_t data_ = 0;
  std::vector<Place> places_;
  std::map<std::string, std::string> metadata_;
};

std::span<std::byte> bytes_of(const at::Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()};
}

}  // namespace

TensorFile read_safetensors(const std::filesystem::path& path) {
  const InputFile file(path);
  const Header header(file);
  TensorFile out;
  out.metadata = header.metadata();
  for (const Place& place : header.places()) {
    const at::Tensor tensor = at::empty(place.shape, place.type);
    if (place.end > place.begin) file.read(header.data() + place.begin, bytes_of(tensor));
    out.tensors.emplace(place.name, tensor);
  }
  return out;
}

void write_safetensors(const std::filesystem::path& path, const TensorFile& content) {
  Json header = Json::object();
  if (!content.metadata.empty()) header["__metadata__"] = content.metadata;
  std::vector<at::Tensor> tensors;
  std::uint64_t position = 0;
  for (const auto& [name, tensor] : content.tensors) {
    tensors.push_back(tensor.detach().cpu().contiguous());
    const char* type = nullptr;
    for (const NamedType& candidate : kTypes) {
      if (candidate.type == tensor.scalar_type()) type = candidate.name;
    }
    if (type == nullptr) throw Error(text(path, ": tensor \"", name, "\" has a type that safetensors lack"));
    const std::uint64_t end = position + tensors.back().nbytes();
    header[name] = {{"dtype", type}, {"shape", tensor.sizes().vec()}, {"data_offsets", {position, end}}};
    position = end;
  }
  std::string document = header.dump();
  document.resize((document.size() + 7) / 8 * 8, ' ');  // aligns the tensors for readers that map the file
  const std::uint64_t length = document.size();
  OutputFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(document);
  for (const at::Tensor& tensor : tensors) file.write(bytes_of(tensor));
  file.commit();
}

}  // namespace jetvit
