#pragma once

namespace jetvit {

// SIGINT and SIGTERM set a flag that long loops look at; the second signal ends the process at once. A file that
// outgrows the limit of its process (ulimit -f) is an error of writing and no signal.
void install_stop_handlers();

// The signal that asked to stop, or 0.
int stop_requested();

// Throws Interrupted where a stop was requested: for loops that have nothing to save.
void throw_if_stopped();

}  // namespace jetvit
