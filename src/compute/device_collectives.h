#pragma once

#include <chrono>
#include <functional>

#include <c10/core/Device.h>
#include <c10/util/intrusive_ptr.h>

namespace c10d {
class Backend;
class Store;
}  // namespace c10d

namespace jetvit {

// How several processes exchange tensors of a device, without a detour through the host: NCCL of NVIDIA GPUs. store:
// through which the processes find each other; all of them call this together. timeout: of an exchange.
using CollectivesMaker = std::function<c10::intrusive_ptr<c10d::Backend>(
    const c10::intrusive_ptr<c10d::Store>& store, int rank, int size, std::chrono::milliseconds timeout)>;

// Makes the collectives of all devices of a type. For the code of a device, once.
void register_collectives(c10::DeviceType type, CollectivesMaker make);

// The maker of a device's type, empty where it has none.
CollectivesMaker collectives_of(c10::Device device);

}  // namespace jetvit
