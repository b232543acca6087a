#pragma once

#include <stdexcept>
#include <string>

namespace jetvit {

// What every failure that a user can cause is reported as: "problem (why) suggestion". main() prints it and exits
// with 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Wrong command line or recipe: exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

// SIGINT or SIGTERM was honoured after the state was saved: exit status 128 + signal.
class Interrupted : public Error {
 public:
  explicit Interrupted(int signal);
  int signal() const { return signal_; }

 private:
  int signal_;
};

}  // namespace jetvit
