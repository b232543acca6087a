#pragma once

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

// The statement throws `type`, and its message holds `words`.
#define EXPECT_ERROR(statement, type, words)                             \
  try {                                                                  \
    statement;                                                           \
    ADD_FAILURE() << "no exception";                                     \
  } catch (const type& error) {                                          \
    EXPECT_THAT(std::string(error.what()), ::testing::HasSubstr(words)); \
  }
