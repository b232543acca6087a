#include "evaluate/run_description.h"

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

template <class Read>
auto read_description_of(const std::string& name, Read read) {
  try {
    return read();
  } catch (const Json::exception& error) {
    throw Error(text(printable(name), ": damaged description (", printable(error.what()), ")"));
  } catch (const UsageError& error) {
    throw Error(text(printable(name), ": damaged description, or of another version (", error.what(), ")"));
  }
}

}  // namespace

Recipe recipe_of(const TrainedModel& model, const std::string& name) {
  return read_description_of(name, [&] { return recipe_from_json(model.recipe); });
}

SourceOptions source_of(const TrainedModel& model, const std::string& name) {
  return read_description_of(name, [&] { return source_options_from_json(model.provenance.source); });
}

}  // namespace jetvit
