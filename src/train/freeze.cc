#include "train/freeze.h"

#include <fnmatch.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

// The names of the modules that hold the parameters, and those of all modules around them.
std::vector<std::string> module_names(const std::vector<NamedTensor>& parameters) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : parameters) {
    for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
      names.insert(name.substr(0, dot));
    }
  }
  return {names.begin(), names.end()};
}

[[noreturn]] void refuse(const std::string& pattern, const std::vector<NamedTensor>& parameters) {
  std::string stem = pattern;
  while (stem.ends_with('*') || stem.ends_with('.')) stem.pop_back();
  std::vector<std::string> parameter_names;
  for (const auto& [name, tensor] : parameters) parameter_names.push_back(name);
  std::string hint;
  std::set<std::string> outermost;
  for (const std::string& name : parameter_names) outermost.insert(name.substr(0, name.find('.')));
  if (const std::string module = nearest_word(stem, module_names(parameters)); !module.empty()) {
    hint = text("did you mean \"", module, ".*\"?");
  } else if (const std::string parameter = nearest_word(stem, parameter_names); !parameter.empty()) {
    hint = text("did you mean \"", parameter, "\"?");
  } else {
    hint = text("its parameters begin with ", join({outermost.begin(), outermost.end()}, ", "));
  }
  throw UsageError(text("freeze: \"", printable(pattern), "\" matches no parameter of the model (", hint, ")"));
}

}  // namespace

std::set<std::string> frozen_parameters(const Module& model, const std::vector<std::string>& patterns) {
  const std::vector<NamedTensor> parameters = model.parameters();
  std::set<std::string> frozen;
  for (const std::string& pattern : patterns) {
    bool matches = false;
    for (const auto& [name, tensor] : parameters) {
      if (::fnmatch(pattern.c_str(), name.c_str(), 0) != 0) continue;
      frozen.insert(name);
      matches = true;
    }
    if (!matches) refuse(pattern, parameters);
  }
  if (frozen.size() == parameters.size()) {
    throw UsageError("freeze: the patterns match every parameter of the model (nothing would be left to train)");
  }
  return frozen;
}

void freeze(Module& model, const std::set<std::string>& parameters, bool batch_norm) {
  for (const auto& [name, tensor] : model.parameters()) {
    if (parameters.contains(name)) at::Tensor(tensor).set_requires_grad(false);
  }
  if (batch_norm) model.freeze_statistics(parameters);
}

}  // namespace jetvit
