#pragma once

#include <cstdlib>
#include <string>

#include <c10/core/Device.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "compute/compute_options.h"
#include "support/stand_in/stand_in.h"

// The device of these tests, by the variable JETVIT_TEST_DEVICE: "standin", the default, is on every machine; "cuda" is
// a GPU, in a build with the preset cuda.
namespace jetvit::test {

inline c10::Device test_device() {
  const char* given = std::getenv("JETVIT_TEST_DEVICE");
  const std::string name = given == nullptr ? "standin" : given;
  if (name == "standin") return stand_in::device();
  if (name.starts_with("cuda")) return device_from_name(name);
  throw Error(text("JETVIT_TEST_DEVICE=", name, ": no such device (possible: standin, cuda)"));
}

// libtorch looks for GPUs once, at its first convolution: the part for them has to be there by then.
class DeviceFirst : public testing::Environment {
  void SetUp() override { test_device(); }
};
inline testing::Environment* const kDeviceFirst = testing::AddGlobalTestEnvironment(new DeviceFirst);

// What only the stand-in can show: what the host does, and copies that are late.
class OnStandIn : public testing::Test {
 protected:
  void SetUp() override {
    if (test_device() != stand_in::device()) GTEST_SKIP() << "for the stand-in device alone";
  }
};

inline ComputeOptions on_test_device() {
  return {.device = test_device(), .threads = 1};
}

}  // namespace jetvit::test
