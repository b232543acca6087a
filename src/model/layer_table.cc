#include "model/layer_table.h"

#include <cstdlib>
#include <limits>
#include <memory>
#include <typeinfo>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <cxxabi.h>

#include "base/error.h"
#include "model/eval_mode_guard.h"
#include "model/layer_watch.h"
#include "model/registry.h"

namespace jetvit {
namespace {

// The name of the module's class, without namespaces.
std::string kind_of(const Module& module) {
  const std::unique_ptr<char, void (*)(void*)> full(
      abi::__cxa_demangle(typeid(module).name(), nullptr, nullptr, nullptr), &std::free);
  std::string kind = full.get();
  for (const std::string space : {"jetvit::", "(anonymous namespace)::"}) {
    for (std::size_t begin = kind.find(space); begin != std::string::npos; begin = kind.find(space))
      kind.erase(begin, space.size());
  }
  return kind;
}

LayerRow row_of(const std::string& name, const Module& module, const LayerWatch& watch);

void add_parts(const Module& module, const LayerWatch& watch, std::vector<LayerRow>& parts) {
  for (const NamedTensor& own : module.own_parameters()) {
    parts.push_back(
        {.name = own.name, .kind = "parameter", .output = {}, .parameters = own.tensor.numel(), .parts = {}});
  }
  for (const auto& [name, child] : module.children()) {
    if (name.empty()) {
      add_parts(*child, watch, parts);
      continue;
    }
    LayerRow row = row_of(name, *child, watch);
    if (row.parameters > 0 || !row.output.empty()) parts.push_back(std::move(row));
  }
}

// Adds a part for the matrix multiplications of `row` that are not in its parts: queries with keys, and attention
// weights with values.
void add_products(LayerRow& row) {
  std::int64_t inside = 0;
  for (const LayerRow& part : row.parts) inside += part.multiply_adds;
  if (row.parts.empty() || inside == row.multiply_adds) return;
  row.parts.push_back({.name = "(matmul)",
                       .kind = "attention",
                       .output = {},
                       .multiply_adds = row.multiply_adds - inside,
                       .parts = {}});
}

LayerRow row_of(const std::string& name, const Module& module, const LayerWatch& watch) {
  const LayerWatch::Seen seen = watch.seen(module);
  LayerRow row = {.name = name,
                  .kind = kind_of(module),
                  .output = {},
                  .parameters = parameter_count(module),
                  .multiply_adds = seen.multiply_adds,
                  .parts = {}};
  if (!seen.output.empty()) row.output.assign(seen.output.begin() + 1, seen.output.end());
  if (!module.children().empty()) add_parts(module, watch, row.parts);
  add_products(row);
  return row;
}

}  // namespace

LayerRow layer_table(Model& model) {
  const at::NoGradGuard no_gradients;
  const EvalModeGuard evaluation(model);
  LayerWatch watch;
  const at::Device device = model.parameters().front().tensor.device();
  const at::Tensor image = at::zeros({1, model.channels(), model.image_size(), model.image_size()}, device);
  watch.add(model, model.forward(image), 0);
  if (watch.multiply_adds() == std::numeric_limits<std::int64_t>::max()) {
    throw Error(
        "the model takes more than 9.2e18 multiply-adds per image, too many to count (use a smaller image_size)");
  }
  return row_of("", model, watch);
}

}  // namespace jetvit
