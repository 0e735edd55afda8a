"""Stations and broker are killed at random while simulated devices write down what they would have let sound.

`fleet` (the devices) and `count` (the verdict) know the contract and files only, nothing of the station.
"""
