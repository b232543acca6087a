#pragma once

#include <stdexcept>
#include <string>

namespace jetvit {

// Any failure that a user can cause. Messages have the form "problem (why) suggestion". main() prints the message and
// exits with status 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A wrong command line or recipe. Exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

// The exit status of a program that a signal ended, or asked to end, is this plus the signal's number.
inline constexpr int kSignalBase = 128;

// Another process of the group has ended or does not answer. Exit status 75, for the cause is elsewhere.
class PeerLost : public Error {
 public:
  using Error::Error;
};

// A process that this one started has failed. Exit status: that of the process.
class ProcessFailed : public Error {
 public:
  ProcessFailed(const std::string& message, int status) : Error(message), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

// The program stopped on SIGINT or SIGTERM after it saved its state. Exit status 128 + signal.
class Interrupted : public Error {
 public:
  explicit Interrupted(int signal);
  int signal() const { return signal_; }
  int status() const { return kSignalBase + signal_; }

 private:
  int signal_;
};

}  // namespace jetvit
