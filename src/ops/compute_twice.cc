#include "ops/compute_twice.h"

#include <mutex>
#include <utility>

#include <ATen/Context.h>
#include <ATen/core/Generator.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

namespace jetvit {
namespace {

using Pass = std::function<at::Tensor(const at::Tensor&)>;

thread_local bool second_pass = false;

at::Tensor state_of(at::Generator& generator) {
  const std::lock_guard lock(generator.mutex());
  return generator.get_state();
}

void set_state(at::Generator& generator, const at::Tensor& state) {
  const std::lock_guard lock(generator.mutex());
  generator.set_state(state);
}

// During the lifetime of this object, the device of x draws the numbers that follow a former state of its generator.
class FormerNumbers {
 public:
  FormerNumbers(const at::Tensor& x, const at::Tensor& former)
      : generator_(at::globalContext().defaultGenerator(x.device())), now_(state_of(generator_)) {
    set_state(generator_, former);
  }
  ~FormerNumbers() { set_state(generator_, now_); }
  FormerNumbers(const FormerNumbers&) = delete;
  FormerNumbers& operator=(const FormerNumbers&) = delete;

 private:
  at::Generator generator_;
  at::Tensor now_;
};

class SecondPass {
 public:
  SecondPass() : before_(std::exchange(second_pass, true)) {}
  ~SecondPass() { second_pass = before_; }
  SecondPass(const SecondPass&) = delete;
  SecondPass& operator=(const SecondPass&) = delete;

 private:
  bool before_;
};

struct KeptPass : torch::CustomClassHolder {
  explicit KeptPass(Pass of) : pass(std::move(of)) {}
  Pass pass;
};

struct ComputeTwice : torch::autograd::Function<ComputeTwice> {
  // `trains` requires gradients: the parameters of the pass do, even if x does not.
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& /*trains*/, const Pass& pass) {
    at::Generator generator = at::globalContext().defaultGenerator(x.device());
    context->save_for_backward({x});
    context->saved_data["numbers"] = state_of(generator);
    context->saved_data["pass"] = c10::IValue::make_capsule(c10::make_intrusive<KeptPass>(pass));
    return pass(x);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const at::Tensor kept = context->get_saved_variables()[0];
    const at::Tensor x = kept.detach().set_requires_grad(kept.requires_grad());
    const auto holder = c10::static_intrusive_pointer_cast<KeptPass>(context->saved_data["pass"].toCapsule());
    at::Tensor y;
    {
      const at::AutoGradMode with_gradients(true);
      const FormerNumbers numbers(x, context->saved_data["numbers"].toTensor());
      const SecondPass second;
      y = holder->pass(x);
    }
    y.backward(gradients[0]);
    return {x.grad(), {}, {}};
  }
};

}  // namespace

at::Tensor compute_twice(const at::Tensor& x, std::function<at::Tensor(const at::Tensor&)> pass) {
  const at::Tensor trains = at::empty({0}, x.options().dtype(at::kFloat)).set_requires_grad(true);
  return ComputeTwice::apply(x, trains, pass);
}

bool is_second_pass() {
  return second_pass;
}

}  // namespace jetvit
