#include "inspect/weights_file.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/header_checksum.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::uint64_t kHeaderLimit = 16 << 20;  // bytes, as where weights are loaded

std::string read_weights_header(const InputFile& file) {
  std::uint64_t length = 0;
  if (file.size() >= sizeof(length)) file.read(0, std::as_writable_bytes(std::span(&length, 1)));
  if (file.size() < sizeof(length) || length > kHeaderLimit || length > file.size() - sizeof(length)) {
    throw Error(text(file.path(), ": is not a complete safetensors file (its header does not fit into it)"));
  }
  std::string header(length, '\0');
  file.read(sizeof(length), std::as_writable_bytes(std::span(header)));
  return header;
}

std::uint64_t values_of(const Json& tensor) {
  std::uint64_t values = 1;
  for (const Json& size : tensor.at("shape")) {
    if (__builtin_mul_overflow(values, size.get<std::uint64_t>(), &values)) {
      throw Error("a tensor has a shape that overflows");
    }
  }
  return values;
}

void check_sum(const InputFile& file, const std::string& header, const std::string& digits) {
  constexpr std::uint64_t kBlock = 1 << 20;
  HeaderChecksum checksum(header, digits);
  std::vector<std::byte> block;
  for (std::uint64_t position = sizeof(std::uint64_t) + header.size(); position < file.size();
       position += block.size()) {
    block.resize(std::min(kBlock, file.size() - position));
    file.read(position, block);
    checksum.add(block);
  }
  checksum.finish(file.path());
}

}  // namespace

bool is_weights_file(const std::filesystem::path& path) {
  return path.extension() == ".safetensors" && std::filesystem::is_regular_file(path);
}

WeightsInspection inspect_weights(const std::filesystem::path& path) {
  const InputFile file(path);
  const std::string header = read_weights_header(file);
  WeightsInspection weights;
  weights.bytes = file.size();
  std::string digits;
  try {
    const Json tree = parse_json(header, path, kHeaderLimit);
    if (!tree.is_object()) throw Error("its header is not an object");
    std::uint64_t end = 0;
    for (const auto& [name, entry] : tree.items()) {
      if (name == "__metadata__") {
        digits = entry.value(kChecksumKey, "");
        const Json about = entry.contains("jetvit") ? parse_json(entry.at("jetvit"), path, kHeaderLimit) : Json();
        if (about.is_object() && about.contains("model")) weights.model = about["model"].value("name", "");
        continue;
      }
      ++weights.tensors;
      weights.values += values_of(entry);
      end = std::max(end, entry.at("data_offsets").at(1).get<std::uint64_t>());
    }
    if (end != file.size() - sizeof(std::uint64_t) - header.size()) {
      throw Error("the tensors that its header describes do not fill it");
    }
  } catch (const std::exception& error) {
    throw Error(text(path, ": is a damaged safetensors file (", printable(error.what()), ")"));
  }
  weights.has_checksum = !digits.empty();
  if (weights.has_checksum) check_sum(file, header, digits);
  return weights;
}

Json to_json(const WeightsInspection& weights) {
  return {{"kind", "safetensors"},
          {"tensors", weights.tensors},
          {"values", weights.values},
          {"bytes", weights.bytes},
          {"checksum", weights.has_checksum ? Json("matches") : Json()},
          {"model", weights.model.empty() ? Json() : Json(weights.model)}};
}

}  // namespace jetvit
