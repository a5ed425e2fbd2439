import hashlib
import time

from django import forms
from django.contrib import messages
from django.http import FileResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt


class OrderForm(forms.Form):
    item = forms.CharField(max_length=40)
    amount = forms.IntegerField(min_value=1)


def order(request):
    form = OrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.session["orders"] = request.session.get("orders", 0) + 1
        messages.success(request, "Ordered %(amount)d x %(item)s" % form.cleaned_data)
        return redirect("order")
    orders = request.session.get("orders", 0)
    return render(request, "order.html", {"form": form, "orders": orders})


@csrf_exempt
def upload(request):
    file = request.FILES["file"]
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    answer = {"name": file.name, "size": file.size, "sha256": digest.hexdigest()}
    return JsonResponse(answer | {"kept": type(file).__name__})


def count(request):
    def numbers():
        for number in range(5):
            yield "%d\n" % number
            time.sleep(0.2)

    return StreamingHttpResponse(numbers(), content_type="text/plain")


def source(request):
    return FileResponse(open(__file__, "rb"), content_type="text/x-python")


def seen(request, rest):
    return JsonResponse(
        {
            "path": request.path,
            "rest": rest,
            "query": request.GET.getlist("q"),
            "uri": request.build_absolute_uri(),
        }
    )


def broken(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [
    path("order/", order, name="order"),
    path("upload", upload),
    path("count", count),
    path("source", source),
    path("seen/<path:rest>", seen),
    path("broken", broken),
]
