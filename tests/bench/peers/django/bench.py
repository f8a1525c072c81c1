"""The list of 50 customers as Django REST framework gives it, in one file.

gunicorn -w 2 bench:application. No rights, no audit, no isolation.
"""
import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__,
    INSTALLED_APPS=["rest_framework"],
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [],
                    "DEFAULT_PERMISSION_CLASSES": [],
                    "UNAUTHENTICATED_USER": None},
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["PGDATABASE"], "USER": os.environ["PGUSER"],
        "HOST": os.environ["PGHOST"], "PORT": os.environ["PGPORT"],
        "CONN_MAX_AGE": 600}},
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models                       # noqa: E402
from django.db.models import F                     # noqa: E402
from django.db.models.functions import Collate     # noqa: E402
from django.urls import path                       # noqa: E402
from rest_framework import generics, serializers   # noqa: E402

COLUMNS = os.environ["BENCH_COLUMNS"].split(",")

fields = {name: models.TextField() for name in COLUMNS if name != "id"}
Customer = type("Customer", (models.Model,), {
    "__module__": __name__,
    "id": models.UUIDField(primary_key=True),
    "company": models.UUIDField(db_column="company_id"),
    "deleted_at": models.DateTimeField(null=True),
    **{name: field for name, field in fields.items() if name != "company_id"},
    "Meta": type("Meta", (), {"app_label": "bench", "managed": False,
                              "db_table": 'konak"."customers'}),
})


class CustomerSerializer(serializers.ModelSerializer):
    class Meta:
        model = Customer
        fields = [c for c in COLUMNS if c != "company_id"]


class CustomerList(generics.ListAPIView):
    serializer_class = CustomerSerializer

    def get_queryset(self):
        rows = Customer.objects.filter(
            company=self.kwargs["company"], deleted_at__isnull=True)
        return rows.order_by(
            Collate(F("company_name"), "tr-x-icu"), "id")[:50]


urlpatterns = [path("customers/<uuid:company>", CustomerList.as_view())]
application = get_wsgi_application()
