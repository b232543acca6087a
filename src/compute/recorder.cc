#include "compute/recorder.h"

#include <map>
#include <utility>

namespace jetvit {
namespace {

std::map<c10::DeviceType, RecorderMaker>& makers() {
  static std::map<c10::DeviceType, RecorderMaker> of_types;
  return of_types;
}

}  // namespace

void register_recorder(c10::DeviceType type, RecorderMaker make) {
  makers()[type] = std::move(make);
}

std::unique_ptr<Recorder> make_recorder(c10::Device device) {
  const auto found = makers().find(device.type());
  return found == makers().end() ? nullptr : found->second(device);
}

}  // namespace jetvit
