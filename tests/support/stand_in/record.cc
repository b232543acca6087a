// The recorder of the stand-in device: it keeps operators and the memory that they work on, as a CUDA graph does.
#include "support/stand_in/record.h"

#include <mutex>
#include <optional>
#include <vector>

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/grad_mode.h>

#include "compute/recorder.h"
#include "support/stand_in/memory.h"
#include "support/stand_in/stand_in.h"

namespace jetvit::stand_in {
namespace {

struct Call {
  std::optional<Operator> op;  // none: a copy of the first argument to the second
  Stack arguments, results;
};

std::mutex record_mutex;  // of the record: backward passes have a thread of their own
std::vector<Call>* record = nullptr;

// The same memory without the graph of the gradients; of the host's memory the values of now.
at::Tensor kept(const at::Tensor& x) {
  if (!x.defined()) return x;
  if (x.is_privateuseone()) return x.tensor_data();
  at::Tensor values = x.detach().clone();
  if (x.unsafeGetTensorImpl()->is_wrapped_number()) values.unsafeGetTensorImpl()->set_wrapped_number(true);
  return values;
}

Stack kept(const Stack& values) {
  Stack out;
  for (const c10::IValue& value : values) {
    out.push_back(with_tensors(value, [](const at::Tensor& x) { return kept(x); }));
  }
  return out;
}

void keep(Call call) {
  const std::lock_guard lock(record_mutex);
  if (record != nullptr) record->push_back(std::move(call));
}

void put(const at::Tensor& to, const at::Tensor& from) {
  if (to.defined() && from.defined() && from.is_cpu()) on_host(to).copy_(from);
}

void repeat(const Call& call) {
  if (!call.op) {
    on_host(call.arguments[1].toTensor()).copy_(on_host(call.arguments[0].toTensor()));
    return;
  }
  const Stack results = run_on_host(*call.op, call.arguments);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].isTensor()) put(call.results[i].toTensor(), results[i].toTensor());
    if (!results[i].isTensorList()) continue;
    const std::vector<at::Tensor> to = call.results[i].toTensorVector();
    const std::vector<at::Tensor> from = results[i].toTensorVector();
    for (std::size_t k = 0; k < to.size(); ++k) put(to[k], from[k]);
  }
}

class StandInRecorder : public Recorder {
 public:
  void run(const std::function<void()>& work) override { work(); }

  void record(const std::function<void()>& work) override {
    const Recording recording(&calls_);
    work();
  }

  void replay() override {
    const at::NoGradGuard no_gradients;
    const at::AutoDispatchBelowAutograd below;
    for (const Call& call : calls_) repeat(call);
    count_replay();
  }

 private:
  class Recording {
   public:
    explicit Recording(std::vector<Call>* calls) { set(calls); }
    ~Recording() { set(nullptr); }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

   private:
    static void set(std::vector<Call>* calls) {
      const std::lock_guard lock(record_mutex);
      stand_in::record = calls;
    }
  };

  std::vector<Call> calls_;
};

[[maybe_unused]] const bool kRecorderRegistered = [] {
  register_recorder(c10::DeviceType::PrivateUse1, [](c10::Device) { return std::make_unique<StandInRecorder>(); });
  return true;
}();

bool is_recording() {
  const std::lock_guard lock(record_mutex);
  return record != nullptr;
}

}  // namespace

void record_call(const Operator& op, const Stack& arguments, const Stack& results) {
  if (is_recording()) keep({op, kept(arguments), kept(results)});
}

void record_copy(const at::Tensor& from, const at::Tensor& to) {
  if (is_recording()) keep({std::nullopt, {kept(from), kept(to)}, {}});
}

void refuse_while_recording(const char* what) {
  TORCH_CHECK(!is_recording(), "stand-in device: ", what, " while a step is recorded");
}

}  // namespace jetvit::stand_in
