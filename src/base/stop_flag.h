#pragma once

namespace jetvit {

// Makes SIGINT, SIGTERM, SIGHUP and SIGUSR1 set a flag that long loops check: what a batch system sends before it ends
// a job, possibly several times. Only a second SIGINT ends the process at once. Signals that are ignored, as SIGHUP
// under nohup, stay ignored. A file that exceeds the size limit of the process (ulimit -f) then causes a write error
// and not a signal.
void install_stop_handlers();

// Requests a stop after this time, as SIGALRM: the batch system will end the job soon after. seconds: above 0.
void stop_after(double seconds);

// The signal that requested the stop, or 0.
int stop_requested();

// Throws Interrupted if a stop was requested. For loops that have nothing to save.
void throw_if_stopped();

}  // namespace jetvit
