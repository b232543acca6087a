#pragma once

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

// Expects that the statement throws `type` with a message that contains `words`.
#define EXPECT_ERROR(statement, type, words)                             \
  try {                                                                  \
    statement;                                                           \
    ADD_FAILURE() << "no exception";                                     \
  } catch (const type& error) {                                          \
    EXPECT_THAT(std::string(error.what()), ::testing::HasSubstr(words)); \
  }
