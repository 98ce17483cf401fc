"""The register of therapists, for registrars, who change it, and coordinators, who read it and may pause somebody."""

from services.matching.web.therapists import changes, evidence, record, register, trainings

ROUTERS = (register.router, trainings.router, record.router, changes.router, evidence.router)
