"""The pages of funding."""

from fastapi import APIRouter

router = APIRouter()
