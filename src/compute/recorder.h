#pragma once

#include <functional>
#include <memory>

#include <c10/core/Device.h>

namespace jetvit {

// Repeats work on a device without the host code that gave it: the same operators on the same memory, launched at once.
// What changes from one time to the next must therefore lie in memory of the device. Random numbers are drawn again,
// from the device's generator as it stands. Implemented for each device that can do it: CUDA's by graphs.
class Recorder {
 public:
  virtual ~Recorder() = default;

  // Does the work where the record is going to be made, without recording it: libraries prepare themselves in the first
  // calls, which is not to be repeated.
  virtual void run(const std::function<void()>& work) = 0;

  // Does the work once and records it. The work may read no value of the device and copy nothing to or from the host.
  // The memory that it takes stays reserved for the record.
  virtual void record(const std::function<void()>& work) = 0;

  // Does the recorded work again.
  virtual void replay() = 0;
};

using RecorderMaker = std::function<std::unique_ptr<Recorder>(c10::Device)>;

// Makes the recorders of all devices of a type. For the code of a device, once.
void register_recorder(c10::DeviceType type, RecorderMaker make);

// A new recorder, or null where the device has none.
std::unique_ptr<Recorder> make_recorder(c10::Device device);

}  // namespace jetvit
