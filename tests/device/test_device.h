#pragma once

#include <cstdlib>
#include <string>

#include <c10/core/Device.h>

#include "base/error.h"
#include "base/text.h"
#include "compute/compute_options.h"
#include "support/stand_in/stand_in.h"

// The device of these tests, by the variable JETVIT_TEST_DEVICE: "standin", the default, is on every machine.
namespace jetvit::test {

inline c10::Device test_device() {
  const char* given = std::getenv("JETVIT_TEST_DEVICE");
  const std::string name = given == nullptr ? "standin" : given;
  if (name == "standin") return stand_in::device();
  throw Error(text("JETVIT_TEST_DEVICE=", name, ": no such device (possible: standin)"));
}

inline ComputeOptions on_test_device() {
  return {.device = test_device(), .threads = 1};
}

}  // namespace jetvit::test
