"""A service that logs every prediction it makes: `uvicorn fastapi_app:app`, with the server in `MODELWATCH_URL`."""

import os
from typing import Any

from fastapi import FastAPI

import modelwatch as mw

app = FastAPI()
client = mw.Client(os.environ.get("MODELWATCH_URL", "http://localhost:8321"), model="flight-delay", version="3")


@app.post("/predict")
@client.watch
async def predict(features: dict[str, Any]) -> dict[str, float]:
    """Answer with the probability of a delay; features, score, latency and errors are logged."""
    return {"score": min(features["wind_speed"] / 40, 1.0)}
