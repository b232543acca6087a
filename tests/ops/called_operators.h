#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <ATen/record_function.h>

namespace jetvit::test {

// The operators of a namespace, by default jetvit, that this thread calls while it lives, by libtorch's dispatcher, and
// those of backward passes on a device's thread. One at a time.
class CalledOperators {
 public:
  explicit CalledOperators(std::string prefix = "jetvit::")
      : prefix_(std::move(prefix)), handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(add))) {
    recording_ = this;
  }
  ~CalledOperators() {
    at::removeCallback(handle_);
    recording_ = nullptr;
  }
  CalledOperators(const CalledOperators&) = delete;
  CalledOperators& operator=(const CalledOperators&) = delete;

  // Without the namespace.
  const std::set<std::string>& names() const { return names_; }
  bool contains(const std::string& name) const { return names_.contains(name); }

 private:
  static std::unique_ptr<at::ObserverContext> add(const at::RecordFunction& call) {
    const std::string_view name = call.name();
    if (!name.starts_with(recording_->prefix_)) return nullptr;
    const std::lock_guard lock(recording_->mutex_);
    recording_->names_.emplace(name.substr(recording_->prefix_.size()));
    return nullptr;
  }

  inline static CalledOperators* recording_ = nullptr;
  std::string prefix_;
  at::CallbackHandle handle_;
  std::mutex mutex_;
  std::set<std::string> names_;
};

}  // namespace jetvit::test
