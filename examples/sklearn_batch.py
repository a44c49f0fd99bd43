"""A nightly job that scores a table with scikit-learn and logs it, then the truth: `python sklearn_batch.py`."""

import os

import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelwatch as mw

data = load_breast_cancer(as_frame=True)
train, today, known, truth = train_test_split(data.data, data.target, random_state=0)
model = make_pipeline(StandardScaler(), LogisticRegression()).fit(train, known)

with mw.Client(os.environ.get("MODELWATCH_URL", "http://localhost:8321"), model="tumours", version="1") as client:
    score = pd.Series(model.predict_proba(today)[:, 1], index=today.index, name="score")
    ids = client.log_batch(today.join(score))
    for made, label in zip(ids, truth, strict=True):
        client.label(made, int(label))
    client.flush()
    print(client.stats())
