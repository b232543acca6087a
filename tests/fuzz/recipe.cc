// Recipes: TOML and overrides by --set.
#include "base/error.h"
#include "base/toml.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetvit;
  const std::string document(fuzz::as_text(data, size));
  Json tree = Json::object();
  try {
    tree = parse_toml(document, "fuzz");
  } catch (const Error&) {
  }
  try {
    apply_override(tree, document.substr(0, document.find('\n')));
  } catch (const Error&) {
  }
  return 0;
}
