#!/usr/bin/env python3
"""The estimate of memory for every kind of model (train_memory.py)."""
import sys

import train_memory

if __name__ == "__main__":
    train_memory.main(sys.argv[1], train_memory.CASES)
