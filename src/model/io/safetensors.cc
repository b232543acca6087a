#include "model/io/safetensors.h"

#include <algorithm>
#include <bit>
#include <vector>

#include <ATen/ops/empty.h>

#include "base/commit.h"
#include "base/file.h"
#include "base/options.h"
#include "base/text.h"
#include "model/io/safetensors_header.h"

namespace jetvit {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little endian");

std::string read_header(const InputFile& file, Sha256* digest) {
  std::uint64_t length = 0;
  if (file.size() < sizeof(length)) throw Error(text(file.path(), ": is too short for a safetensors file"));
  file.read(0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > kSafetensorsHeaderLimit || length > file.size() - sizeof(length)) {
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
  TensorFile out;
  out.metadata = std::move(header.metadata);
  for (const TensorEntry& entry : header.tensors) {
    const at::Tensor tensor = at::empty(entry.shape, entry.type);
    if (entry.end > entry.begin) file.read(data + entry.begin, bytes_of(tensor));
    if (digest != nullptr) digest->add(bytes_of(tensor));
    check_truth_values(tensor, entry, path);
    out.tensors.emplace(entry.name, tensor);
  }
  return out;
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
  if (!content.metadata.empty()) header["__metadata__"] = content.metadata;
  std::uint64_t position = 0;
  for (const auto& [name, tensor] : items) {
    const char* type = safetensors_type_name(tensor.scalar_type());
    if (type == nullptr)
      throw Error(text(path, ": tensor \"", name, "\" has a type that safetensors does not support"));
    const std::uint64_t end = position + tensor.nbytes();
    header[name] = {{"dtype", type}, {"shape", tensor.sizes().vec()}, {"data_offsets", {position, end}}};
    position = end;
  }
  std::string document = header.dump();
  document.resize((document.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = document.size();
  OutputFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(document);
  for (const Item& item : items) file.write(bytes_of(item.tensor));
  file.commit();
}

}  // namespace jetvit
