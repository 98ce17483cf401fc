"""What people see of matching and can do."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
