// Compares the structure of the models with that of timm's models, at full size and with all random layers active. The
// references are stored by tests/oracle/make/reference_structure.py.
#include <memory>
#include <utility>
#include <vector>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <ATen/record_function.h>
#include <gtest/gtest.h>

#include "model/io/weights.h"
#include "model/oracle_file.h"
#include "support/model_names.h"

namespace jetvit {
namespace {

struct RandomLayer {
  double rate;
  std::int64_t values;  // of an image; 0 for a drop path
};

// Records the random layers that run on this thread during its lifetime, by the operators that they call.
class RandomLayerLog {
 public:
  explicit RandomLayerLog(std::int64_t images) : images_(images) {
    current = this;
    handle_ = at::addThreadLocalCallback(
        at::RecordFunctionCallback(&on_call).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
  }
  ~RandomLayerLog() {
    at::removeCallback(handle_);
    current = nullptr;
  }
  RandomLayerLog(const RandomLayerLog&) = delete;
  RandomLayerLog& operator=(const RandomLayerLog&) = delete;

  const std::vector<RandomLayer>& layers() const { return layers_; }

 private:
  static std::unique_ptr<at::ObserverContext> on_call(const at::RecordFunction& call) {
    const std::string_view name = call.name();
    const bool dropout = name == "aten::dropout";
    if (!dropout && name != "aten::bernoulli_") return nullptr;
    const at::Tensor& x = call.inputs()[0].toTensor();
    const double parameter = call.inputs()[1].toDouble();
    if (dropout) {
      current->layers_.push_back({parameter, x.numel() / current->images_});
    } else if (x.numel() == current->images_) {  // otherwise the call belongs to a dropout
      current->layers_.push_back({1 - parameter, 0});
    }
    return nullptr;
  }

  static thread_local RandomLayerLog* current;

  std::int64_t images_;
  std::vector<RandomLayer> layers_;
  at::CallbackHandle handle_ = 0;
};

thread_local RandomLayerLog* RandomLayerLog::current = nullptr;

// Calls expect(model, structure of its reference) for every model.
template <class Expect>
void for_each_model(Expect expect) {
  for (const std::string& name : test::model_names()) {
    SCOPED_TRACE(name);
    const Json structure = test::read_model_oracle(name).at("structure");
    expect(*make_model(name, structure.at("options")), structure);
  }
}

void expect_tensors(const Model& model, const Json& tensors) {
  const std::map<std::string, at::Tensor> found = named_weights(model);
  std::vector<std::string> names;
  EXPECT_EQ(found.size(), tensors.size());
  for (const auto& [name, shape] : tensors.items()) {
    ASSERT_TRUE(found.contains(name)) << name;
    EXPECT_EQ(found.at(name).sizes(), at::IntArrayRef(shape.get<std::vector<std::int64_t>>())) << name;
    if (found.at(name).requires_grad()) names.push_back(name);
  }
  std::vector<std::string> own;
  for (const NamedTensor& parameter : model.parameters()) own.push_back(parameter.name);
  EXPECT_EQ(own, names) << "another order";
}

void expect_random_layers(Model& model, const Json& layers) {
  constexpr std::int64_t kImages = 2;
  constexpr double kRounding = 1e-7;  // timm computes the rates in float32
  const at::NoGradGuard no_gradients;
  const RandomLayerLog log(kImages);
  model.forward(at::zeros({kImages, model.channels(), model.image_size(), model.image_size()}));
  ASSERT_EQ(log.layers().size(), layers.size());
  auto found = log.layers().begin();
  for (const auto& [name, numbers] : layers.items()) {
    EXPECT_NEAR(found->rate, numbers.at(0).get<double>(), kRounding) << name;
    EXPECT_EQ(found->values, numbers.size() > 1 ? numbers.at(1).get<std::int64_t>() : 0) << name;
    ++found;
  }
}

// Files of weights can therefore be exchanged in both directions, with strict loading.
TEST(ModelStructure, NamesAndShapesAreThoseOfTheReference) {
  for_each_model([](const Model& model, const Json& structure) { expect_tensors(model, structure.at("tensors")); });
}

// In the order in which an image passes them: rates of drop paths; rates and sizes of dropouts.
TEST(ModelStructure, RandomLayersAreThoseOfTheReference) {
  for_each_model(
      [](Model& model, const Json& structure) { expect_random_layers(model, structure.at("random_layers")); });
}

}  // namespace
}  // namespace jetvit
