#include "run/event_file.h"

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(EventFile, ScalarEventEqualsAHandwrittenProtobuf) {
  // Event {1: wall_time = 0, 2: step = 300, 5: Summary {1: Value {1: "a", 2: 1.0f}}}
  const std::string expected(
      "\x09\0\0\0\0\0\0\0\0\x10\xac\x02\x2a\x0a\x0a\x08\x0a\x01"
      "a\x15\0\0\x80\x3f",
      24);
  const std::string record = scalar_event(0, 300, {{"a", 1.0}});
  EXPECT_EQ(record.substr(12, record.size() - 16), expected);
}

}  // namespace
}  // namespace jetvit
