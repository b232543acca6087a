// Manifests of jet stores, and the records of their parts (store/contents.h). The records are signed first, because
// readers ignore unsigned ones.
#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "fuzz/fuzz.h"
#include "prepare/preparation.h"
#include "store/store_reader.h"

namespace {

const std::filesystem::path& folder() {
  static const std::filesystem::path made = [] {
    std::string name = (std::filesystem::temp_directory_path() / "jetvit-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    std::atexit([] { std::filesystem::remove_all(folder()); });
    return std::filesystem::path(name);
  }();
  return made;
}

void write(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), std::ssize(bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetvit;
  const std::string_view bytes = fuzz::as_text(data, size);
  try {
    write(folder() / "manifest.json", bytes);
    check_shards(folder(), read_manifest(folder()));
  } catch (const Error&) {
  }
  try {
    Json json = parse_json(std::string(bytes), "fuzz");
    if (!json.is_object()) return 0;
    json.erase("manifest_sha256");
    write(folder() / kPartFile, signed_document(json));
    const WorkRecord record = read_record(folder() / kPartFile);
    Preparation::from_json(record.state.at("preparation")).manifest();
  } catch (const Error&) {
  } catch (const nlohmann::json::exception&) {  // what callers of from_json() expect
  }
  return 0;
}
