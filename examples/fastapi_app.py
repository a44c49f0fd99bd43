"""A service that logs every prediction it makes: `uvicorn fastapi_app:app`, with the server in `MODELWATCH_URL`."""

import os
from typing import Any

from fastapi import FastAPI

import modelwatch as mw

app = FastAPI()
client = mw.Client(os.environ.get("MODELWATCH_URL", "http://localhost:8321"), model="flight-delay", version="3")


@app.post("/predict")
@client.watch(features="features", prediction_id="request_id")
async def predict(request_id: str, features: dict[str, Any]) -> dict[str, float]:  # noqa: ARG001 (it names the row)
    """Answer with the probability of a delay; features, score, latency and errors are logged."""
    return {"score": min((features["wind_speed"] or 0.0) / 40, 1.0)}
