#include "compute/device_collectives.h"

#include <map>
#include <utility>

namespace jetvit {
namespace {

std::map<c10::DeviceType, CollectivesMaker>& collectives() {
  static std::map<c10::DeviceType, CollectivesMaker> of_types;
  return of_types;
}

}  // namespace

void register_collectives(c10::DeviceType type, CollectivesMaker make) {
  collectives()[type] = std::move(make);
}

CollectivesMaker collectives_of(c10::Device device) {
  const auto found = collectives().find(device.type());
  return found == collectives().end() ? CollectivesMaker() : found->second;
}

}  // namespace jetvit
