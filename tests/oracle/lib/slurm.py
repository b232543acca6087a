"""A Slurm of one node for a test: its keys, sockets, spools and logs lie in the test's folder, and its daemons end with it."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from group_runs import free_port

CONFIGURATION = """\
ClusterName=jetvit
SlurmctldHost=localhost
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SlurmdParameters=config_overrides
NodeName=localhost NodeAddr=127.0.0.1 CPUs=4
PartitionName=all Nodes=localhost Default=YES
"""


def why_missing():
    """Why Slurm cannot run here; None: it can."""
    programs = [name for name in ("munged", "slurmctld", "slurmd", "srun", "sinfo") if shutil.which(name) is None]
    if programs:
        return f"no {', '.join(programs)} (scripts/setup --with-tests)"
    return None if os.geteuid() == 0 else "Slurm starts as root alone"


@contextlib.contextmanager
def slurm():
    """Yields the environment in which srun finds it."""
    with contextlib.ExitStack() as at_end:
        # Its sockets have short names, and are for all users.
        folder = pathlib.Path(at_end.enter_context(tempfile.TemporaryDirectory(prefix="slurm")))
        folder.chmod(0o711)
        (folder / "munge.key").write_bytes(os.urandom(1024))
        (folder / "munge.key").chmod(0o400)
        (folder / "slurm.conf").write_text(
            CONFIGURATION.format(folder=folder, controller_port=free_port(), node_port=free_port()))
        environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}

        def start(name, *words):
            log = at_end.enter_context((folder / f"{name}.out").open("w"))
            process = subprocess.Popen([name, *words], env=environment, stdout=log, stderr=log)
            at_end.callback(process.wait)
            at_end.callback(process.terminate)
            return process

        daemons = [
            start("munged", "--foreground", "--key-file", folder / "munge.key", "--socket", folder / "munge.socket",
                  "--pid-file", folder / "munged.pid", "--log-file", folder / "munged.log", "--seed-file", folder / "munge.seed"),
            start("slurmctld", "-D", "-i"),
            start("slurmd", "-D", "-N", "localhost"),
        ]
        end = time.monotonic() + 60
        while "idle" not in subprocess.run(["sinfo", "-h", "-o", "%T"], env=environment, capture_output=True, text=True).stdout:
            logs = {log.name: log.read_text() for log in folder.glob("*.out")}
            assert all(daemon.poll() is None for daemon in daemons), logs
            assert time.monotonic() < end, logs
            time.sleep(0.2)
        yield environment
