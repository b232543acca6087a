#include "model/io/safetensors.h"

#include <algorithm>
#include <bit>
#include <string_view>
#include <vector>

#include <ATen/ops/empty.h>

#include "base/checksum.h"
#include "base/commit.h"
#include "base/file.h"
#include "base/file_kind.h"
#include "base/options.h"
#include "base/text.h"
#include "model/io/safetensors_header.h"

namespace jetvit {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little endian");

// What a file that is no safetensors file seems to be, with what to do about it; "" if that is not known.
std::string foreign_kind(const InputFile& file) {
  std::string kind = file_kind(file);
  if (kind == "a zip file") return kind + ", as torch.save writes it (save it with safetensors.torch.save_file)";
  if (kind == "a Python pickle" || kind == "an HDF5 file") {
    return kind + " (save its tensors with safetensors.torch.save_file)";
  }
  if (kind == "JSON") return kind + ", as the index of weights in several files (name one of those files)";
  return kind;
}

std::string read_header(const InputFile& file, Sha256* digest) {
  std::uint64_t length = 0;
  if (file.size() < sizeof(length)) throw Error(text(file.path(), ": is too short for a safetensors file"));
  file.read(0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > kSafetensorsHeaderLimit || length > file.size() - sizeof(length)) {
    const std::string kind = foreign_kind(file);
    if (!kind.empty()) throw Error(text(file.path(), ": is ", kind));
    throw Error(text(file.path(), ": declares a header of ", length, " bytes, in a file of ", file.size(), " (limit ",
                     kSafetensorsHeaderLimit, ")"));
  }
  std::string document(length, '\0');
  file.read(sizeof(length), std::as_writable_bytes(std::span(document)));
  if (digest != nullptr) {
    digest->add(std::as_bytes(std::span(&length, 1)));
    digest->add(std::as_bytes(std::span(document)));
  }
  return document;
}

std::span<std::byte> bytes_of(const at::Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()};
}

// Using a bool with a value other than 0 and 1 is undefined behavior.
void check_truth_values(const at::Tensor& tensor, const TensorEntry& entry, const std::filesystem::path& path) {
  if (entry.type != at::kBool) return;
  for (const std::byte value : bytes_of(tensor)) {
    if (std::to_integer<int>(value) > 1) {
      throw Error(text(path, ": tensor \"", printable(entry.name), "\" holds the truth value ",
                       std::to_integer<int>(value), " (only 0 and 1 are valid)"));
    }
  }
}

}  // namespace

TensorFile read_safetensors(const std::filesystem::path& path, Sha256* digest) {
  const InputFile file(path);
  const std::string document = read_header(file, digest);
  const std::uint64_t data = sizeof(std::uint64_t) + document.size();
  SafetensorsHeader header = parse_safetensors_header(document, file.size() - data, path.string());
  const auto digits = header.metadata.find(kChecksumKey);
  HeaderChecksum checksum(document, digits == header.metadata.end() ? "" : digits->second);
  TensorFile out;
  out.metadata = std::move(header.metadata);
  out.metadata.erase(kChecksumKey);
  for (const TensorEntry& entry : header.tensors) {
    const at::Tensor tensor = at::empty(entry.shape, entry.type);
    if (entry.end > entry.begin) file.read(data + entry.begin, bytes_of(tensor));
    if (digest != nullptr) digest->add(bytes_of(tensor));
    checksum.add(bytes_of(tensor));
    check_truth_values(tensor, entry, path);
    out.tensors.emplace(entry.name, tensor);
  }
  checksum.finish(path);
  return out;
}

std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& path) {
  const InputFile file(path);
  const std::string document = read_header(file, nullptr);
  const std::uint64_t data = sizeof(std::uint64_t) + document.size();
  return parse_safetensors_header(document, file.size() - data, path.string()).metadata;
}

void write_safetensors(const std::filesystem::path& path, const TensorFile& content) {
  struct Item {
    std::string name;
    at::Tensor tensor;
  };
  std::vector<Item> items;
  for (const auto& [name, tensor] : content.tensors) items.push_back({name, tensor.detach().cpu().contiguous()});
  // Tensors with large elements first, so that every tensor is aligned for readers that map the file.
  std::stable_sort(items.begin(), items.end(), [](const Item& one, const Item& other) {
    return one.tensor.element_size() > other.tensor.element_size();
  });
  Json header = Json::object();
  header["__metadata__"] = content.metadata;
  header["__metadata__"][kChecksumKey] = kNoDigits;
  std::uint64_t position = 0;
  for (const auto& [name, tensor] : items) {
    const char* type = safetensors_type_name(tensor.scalar_type());
    if (type == nullptr)
      throw Error(text(path, ": tensor \"", name, "\" has a type that safetensors does not support"));
    const std::uint64_t end = position + tensor.nbytes();
    header[name] = {{"dtype", type}, {"shape", tensor.sizes().vec()}, {"data_offsets", {position, end}}};
    position = end;
  }
  std::string document = json_text(header);
  document.resize((document.size() + 7) / 8 * 8, ' ');
  Checksum checksum;
  checksum.add(std::as_bytes(std::span(document)));
  for (const Item& item : items) checksum.add(bytes_of(item.tensor));
  document.replace(place_of_checksum(document, std::string(kNoDigits)), kNoDigits.size(), checksum.hex());
  const std::uint64_t length = document.size();
  OutputFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(document);
  for (const Item& item : items) file.write(bytes_of(item.tensor));
  file.commit();
}

}  // namespace jetvit
