"""What several commands let the person choose from."""

from typing import Annotated, Literal

import typer

Sink = Annotated[Literal["auto", "card", "wav"], typer.Option(help="Nơi phát ra: thiết bị âm thanh hay tệp WAV.")]
Broker = Annotated[Literal["auto", "mosquitto", "iotcore"], typer.Option(help="Máy chủ MQTT của đài.")]
